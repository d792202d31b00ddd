#pragma once

#include <span>
#include <vector>

#include "lockstep/graph.h"

namespace lockstep {

struct InducedSubgraph {
  Graph graph;                     ///< undirected, weights kept
  std::vector<VertexId> vertices;  ///< ascending; vertices[i] is what i of `graph` was before
};

/// Cuts some vertices and the edges between them out of an undirected graph.
///
/// Repeated vertices count once. Looks at the rows of the vertices given alone, whatever the size
/// of the rest. Throws InvalidArgument on an unknown vertex.
[[nodiscard]] InducedSubgraph induced_subgraph(const CsrView& graph,
                                               std::span<const VertexId> vertices);

}  // namespace lockstep
