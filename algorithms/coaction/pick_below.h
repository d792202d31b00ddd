#pragma once

#include <cstddef>
#include <cstdint>

namespace lockstep {

/// Copies those of `values[0, n)` that are below `bound` to `out`, in order; returns how many.
/// Writes up to 16 places past what it keeps, so `out` needs n + kPickSlack places. Branch-free:
/// whether a value is kept is a coin toss, which a branch would mispredict every other time.
std::size_t pick_below(const std::uint32_t* values, std::size_t n, std::uint32_t bound,
                       std::uint32_t* out);

constexpr std::size_t kPickSlack = 16;

}  // namespace lockstep
