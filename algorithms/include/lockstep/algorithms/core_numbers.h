#pragma once

#include <vector>

#include "lockstep/compressed_graph.h"
#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct CoreNumbersResult {
  std::vector<VertexId> core;  ///< one a vertex: the largest k whose k-core holds it
  VertexId largest = 0;
};

/// Finds for every vertex the densest core it belongs to: the k-core is what is left once all
/// vertices with fewer than k neighbours among those left are taken away, again and again.
///
/// Of an undirected graph. Peels all vertices of one core number in parallel, then those of the
/// next. O(edges) time, 12 bytes a vertex; the numbers are unique, so threads do not change them.
/// Throws Interrupted once `control` is cancelled.
/// Source: Kabir and Madduri, "Parallel k-core Decomposition on Multicore Platforms", IPDPSW 2017.
[[nodiscard]] CoreNumbersResult core_numbers(const AdjacencyView& graph,
                                             RunControl* control = nullptr);
[[nodiscard]] CoreNumbersResult core_numbers(const CompressedView& graph,
                                             RunControl* control = nullptr);

}  // namespace lockstep
