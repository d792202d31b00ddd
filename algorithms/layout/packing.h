#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lockstep {

/// Upright rectangle; in a plan, (x, y) is where its lower left corner comes to stand.
struct Box {
  double x = 0.0;
  double y = 0.0;
  double width = 0.0;
  double height = 0.0;
};

/// Puts boxes side by side in rows of about the width that makes the whole a square, in the order
/// given. Sets their x and y; returns the side of the square that holds all, in its middle.
double pack(std::span<Box> boxes);

}  // namespace lockstep
