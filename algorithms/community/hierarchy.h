#pragma once

#include <cstdint>
#include <optional>

#include "lockstep/algorithms/partition.h"
#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct ClimbOptions {
  Quality quality = Quality::kModularity;
  double resolution = 1.0;
  std::optional<double> randomness;  ///< of the refinement; none: communities are not refined
  std::uint64_t seed = 0;
  int max_rounds = 1;
};

/// Leiden or, without refinement, Louvain: rounds from the vertices up to the level where each
/// community is one vertex, each starting from what the last one found.
[[nodiscard]] Communities climb(const CsrView& graph, const ClimbOptions& options,
                                const RunControl* control);

}  // namespace lockstep
