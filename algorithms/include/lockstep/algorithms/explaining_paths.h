#pragma once

#include <span>
#include <vector>

#include "lockstep/algorithms/propagation.h"
#include "lockstep/graph.h"

namespace lockstep {

/// The most probable walk from any seed to one vertex.
struct ExplainingPath {
  std::vector<VertexId> vertices;  ///< from the seed to the vertex, both included; empty if none
  double probability = 0.0;        ///< of that very walk; 0 where there is none, or below 5e-324
};

/// Finds, for each target, the single most probable walk that starts at a seed, drawn with its
/// share of the seeds' weight, and ends there, each step taken with chance `damping` times the
/// edge's share of its vertex's weight: the strongest single reason for its propagation score.
///
/// One Dijkstra of Boost.Graph over costs -log(probability), from all seeds at once.
/// Ties (up to rounding) go to the smaller predecessor, whatever the heap order.
/// Throws InvalidArgument as `propagation` does, and on an unknown target; Interrupted once
/// `control` is cancelled.
[[nodiscard]] std::vector<ExplainingPath> explaining_paths(
    CsrView graph, std::span<const Seed> seeds, std::span<const VertexId> targets,
    double damping = PropagationOptions{}.damping, RunControl* control = nullptr);

}  // namespace lockstep
