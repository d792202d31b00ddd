#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/algorithms/propagation.h"
#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct ForwardPushOptions {
  double damping = PropagationOptions{}.damping;  ///< as in `propagation`, in [0, 1)
  double epsilon = 1e-7;  ///< largest error of a score, per unit of its vertex's weight; above 0
};

struct ForwardPushResult {
  std::vector<VertexId> vertices;  ///< those with a score, ascending
  std::vector<double> scores;      ///< one for each of them, above 0
  std::uint64_t pushes = 0;
};

/// Scores the vertices near the seeds, as `propagation` does, without walking the whole graph.
///
/// For an undirected graph: no score is above that of `propagation`, and none is further below it
/// than epsilon times the sum of the weights around its vertex; what has no score here is as near
/// to 0. Touches at most 1 / ((1 - damping) epsilon) units of weight, however large the graph;
/// one thread, so that the pushes have one order.
/// Throws InvalidArgument as `propagation` does, Interrupted once `control` is cancelled.
/// Source: Andersen, Chung and Lang, "Local Graph Partitioning using PageRank Vectors", FOCS 2006.
[[nodiscard]] ForwardPushResult forward_push(const CsrView& graph, std::span<const Seed> seeds,
                                             const ForwardPushOptions& options = {},
                                             RunControl* control = nullptr);

}  // namespace lockstep
