#pragma once

#include <cstdint>

#include "level.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct RefineOptions {
  double randomness = 0.01;  ///< theta of the draw, in the level's units of weight
  std::uint64_t seed = 0;
  const RunControl* control = nullptr;
};

/// Splits each community into well-connected parts, by merging single vertices at random among
/// the parts that would not lose by it, the more they gain the likelier. Each part is connected.
/// Same parts for any number of threads.
template <class Weight>
[[nodiscard]] Partition refine(const Level<Weight>& level, const Partition& partition,
                               const RefineOptions& options);

}  // namespace lockstep
