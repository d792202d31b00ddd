#pragma once

#include <vector>

#include "lockstep/compressed_graph.h"
#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct ConnectedComponentsResult {
  std::vector<VertexId> component;  ///< one a vertex, dense from 0, ordered by smallest member
  VertexId components = 0;
};

/// Numbers the connected components of an undirected graph; a lonely vertex is its own.
///
/// Every edge must stand in the row of both its ends. Links each vertex with two neighbours,
/// then walks whole rows only outside the component that is largest by then: time far below one
/// look at every edge where one component holds most of the graph, at most O(edges log n).
/// Eight bytes a vertex; threads race for links, but never over the result.
/// Throws Interrupted once `control` is cancelled.
/// Source: Sutton, Ben-Nun and Barak, "Optimizing Parallel Graph Connectivity Computation via
/// Subgraph Sampling", IPDPS 2018.
[[nodiscard]] ConnectedComponentsResult connected_components(const AdjacencyView& graph,
                                                             RunControl* control = nullptr);
[[nodiscard]] ConnectedComponentsResult connected_components(const CompressedView& graph,
                                                             RunControl* control = nullptr);

}  // namespace lockstep
