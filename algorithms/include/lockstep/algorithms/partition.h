#pragma once

#include <vector>

#include "lockstep/graph.h"

namespace lockstep {

enum class Quality {
  kModularity,  ///< Newman-Girvan with a resolution; finds groups denser than chance
  kCpm,         ///< constant Potts model; finds groups denser than the resolution itself
};

/// A split of a graph into communities, as an algorithm found it.
struct Communities {
  std::vector<VertexId> community;  ///< one a vertex, dense from 0, ordered by smallest member
  VertexId communities = 0;
  double quality = 0.0;    ///< modularity, or CPM divided by the total edge weight
  int rounds = 0;          ///< what a round is, the algorithm says
  bool converged = false;  ///< another round would change nothing
};

/// Quality of a partition: modularity, or CPM divided by the total edge weight; 0 where the graph
/// has no edge. O(edges) time, 24 bytes a vertex; same bits for any number of threads.
/// Throws InvalidArgument on a partition of another size, or numbers not below the vertices'.
[[nodiscard]] double partition_quality(const CsrView& graph, const std::vector<VertexId>& community,
                                       Quality quality, double resolution);

/// Share of the weight around each community that leads out of it: cut / volume, for each number
/// up to the largest in use. From 0 (cut off, or no edge at all) to 1 (no edge inside); low is a
/// tight community. Unlike the measure over both sides of a cut, a community of more than half
/// of the graph is judged by its own volume. Cost, determinism and errors as above.
[[nodiscard]] std::vector<double> conductance(const CsrView& graph,
                                              const std::vector<VertexId>& community);

}  // namespace lockstep
