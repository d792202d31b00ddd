#pragma once

#include <random>
#include <vector>

#include "lockstep/graph.h"

namespace lockstep {

/// `edges` draws of two different vertices with weights in (0, 1]; repeats happen and add up.
inline std::vector<WeightedEdge> random_edges(VertexId vertices, std::size_t edges, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<WeightedEdge> drawn;
  while (drawn.size() < edges) {
    const auto a = static_cast<VertexId>(random() % vertices);
    const auto b = static_cast<VertexId>(random() % vertices);
    const double weight = (static_cast<double>(random() % 100) + 1.0) / 100.0;
    if (a != b) drawn.push_back({a, b, weight});
  }
  return drawn;
}

inline Graph random_graph(VertexId vertices, std::size_t edges, unsigned seed) {
  return Graph::undirected(vertices, random_edges(vertices, edges, seed));
}

}  // namespace lockstep
