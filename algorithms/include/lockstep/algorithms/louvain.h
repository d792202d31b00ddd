#pragma once

#include <cstdint>

#include "lockstep/algorithms/partition.h"
#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct LouvainOptions {
  Quality quality = Quality::kModularity;  ///< what is maximised
  double resolution = 1.0;                 ///< more gives smaller communities; above 0
  std::uint64_t seed = 0;                  ///< same seed, same result, for any number of threads
  int max_rounds = 1;                      ///< stop after so many; at least 1
};

/// Splits a graph into communities, which may fall apart: `leiden` costs little more and keeps
/// each of them connected.
///
/// Rounds, batches, determinism, cost and errors as in `leiden`, without its refinement.
/// Source: Blondel, Guillaume, Lambiotte and Lefebvre, "Fast unfolding of communities in large
/// networks", Journal of Statistical Mechanics 2008.
[[nodiscard]] Communities louvain(CsrView graph, const LouvainOptions& options = {},
                                  RunControl* control = nullptr);

}  // namespace lockstep
