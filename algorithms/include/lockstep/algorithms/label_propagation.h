#pragma once

#include <cstdint>

#include "lockstep/algorithms/partition.h"
#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct LabelPropagationOptions {
  double tolerance = 0.01;  ///< stop once a round moves at most this share of vertices; in [0, 1)
  std::uint64_t seed = 0;   ///< same seed, same result, for any number of threads
  int max_rounds = 100;     ///< stop after so many; at least 1
};

/// Splits a graph into communities by votes: a vertex takes the label that weighs most around it.
///
/// A round looks at the vertices whose surroundings have changed, in batches that decide from the
/// same state. A vertex keeps its label where that is among the heaviest, else it draws one of
/// them. With a tolerance of 0 it ends where each vertex has a heaviest label, if it ends. The
/// fastest way to a rough split: nothing is maximised (`quality` is the modularity that came of
/// it), communities may fall apart, and a graph without clear groups ends as one.
/// O(edges) time a round, some six rounds; 14 bytes a vertex.
/// Throws InvalidArgument on an option out of range, Interrupted once `control` is cancelled.
/// Source: Raghavan, Albert and Kumara, "Near linear time algorithm to detect community structures
/// in large-scale networks", Physical Review E 76, 2007.
[[nodiscard]] Communities label_propagation(CsrView graph,
                                            const LabelPropagationOptions& options = {},
                                            RunControl* control = nullptr);

}  // namespace lockstep
