#pragma once

#include <limits>
#include <vector>

#include "lockstep/compressed_graph.h"
#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

constexpr VertexId kUnreached = std::numeric_limits<VertexId>::max();

struct BreadthFirstSearchResult {
  std::vector<VertexId> distance;  ///< steps from the source; kUnreached where there is no walk
  std::vector<VertexId> parent;    ///< smallest vertex one step nearer; the source is its own
  VertexId reached = 0;            ///< vertices with a distance, the source included
};

/// Counts the steps from one vertex to every other along the arcs of `out`.
///
/// `in` holds the same arcs the other way round; of an undirected graph it is the same view. A
/// round walks the rows of the vertices found last, or, once those have many arcs, looks from
/// the vertices still missing back to them: time far below one look at every arc where hubs
/// make distances short, never above two. Nine bytes a vertex. Parents are the smallest there
/// are, so that threads do not change them.
/// Throws InvalidArgument on an unknown source or views of different sizes, and Interrupted
/// once `control` is cancelled.
/// Source: Beamer, Asanovic and Patterson, "Direction-Optimizing Breadth-First Search", SC 2012.
[[nodiscard]] BreadthFirstSearchResult breadth_first_search(const AdjacencyView& out,
                                                            const AdjacencyView& in,
                                                            VertexId source,
                                                            RunControl* control = nullptr);
[[nodiscard]] BreadthFirstSearchResult breadth_first_search(const CompressedView& out,
                                                            const CompressedView& in,
                                                            VertexId source,
                                                            RunControl* control = nullptr);

/// The same on an undirected graph.
[[nodiscard]] inline BreadthFirstSearchResult breadth_first_search(const AdjacencyView& graph,
                                                                   VertexId source,
                                                                   RunControl* control = nullptr) {
  return breadth_first_search(graph, graph, source, control);
}

}  // namespace lockstep
