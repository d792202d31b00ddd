#pragma once

#include <span>
#include <vector>

#include "lockstep/algorithms/propagation.h"
#include "lockstep/graph.h"

namespace lockstep {

/// The most probable walk from any seed to one vertex.
struct ExplainingPath {
  std::vector<VertexId> vertices;  ///< from the seed to the vertex, both included; empty if none
  double probability = 0.0;        ///< of that very walk, in (0, 1]; 0 where there is none
};

/// Finds, for each target, the single most probable walk that starts at a seed, drawn with its
/// share of the seeds' weight, and ends there, each step taken with chance `damping` times the
/// edge's share of its vertex's weight: the strongest single reason for its propagation score.
///
/// One Dijkstra of Boost.Graph over costs -log(probability), from all seeds at once.
/// Ties go to the smaller predecessor, so the answer does not depend on threads or heap order.
/// Throws InvalidArgument as `propagation` does, and on an unknown target.
[[nodiscard]] std::vector<ExplainingPath> explaining_paths(CsrView graph,
                                                           std::span<const Seed> seeds,
                                                           std::span<const VertexId> targets,
                                                           double damping = 0.85);

}  // namespace lockstep
