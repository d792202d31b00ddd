#pragma once

#include <cstdint>
#include <vector>

#include "lockstep/compressed_graph.h"
#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct TrianglesResult {
  std::vector<std::uint64_t> triangles;  ///< that a vertex is a corner of, one a vertex
  std::vector<double> clustering;        ///< share of its pairs of neighbours that are adjacent
  std::uint64_t total = 0;               ///< triangles of the graph
  double transitivity = 0.0;             ///< share of all such pairs; 0 where there is none
};

/// Counts the triangles of an undirected graph, at every vertex and in all.
///
/// `clustering` is the local clustering coefficient, 0 for vertices with fewer than two
/// neighbours. A high one says that an account's contacts know one another, not that they act in
/// concert. Each triangle is found once, from the two ends of its edge between the vertices of
/// least and middle degree: O(edges^1.5) time at worst, 4 bytes an edge, 32 a vertex, 5 more for
/// each thread; same result for any thread count.
/// Throws Interrupted once `control` is cancelled.
/// Source: Latapy, "Main-memory Triangle Computations for Very Large (Sparse (Power-Law)) Graphs",
/// Theoretical Computer Science 2008.
[[nodiscard]] TrianglesResult triangles(const AdjacencyView& graph, RunControl* control = nullptr);
[[nodiscard]] TrianglesResult triangles(const CompressedView& graph, RunControl* control = nullptr);

/// `TrianglesResult::total` alone, in less time.
[[nodiscard]] std::uint64_t triangle_count(const AdjacencyView& graph,
                                           RunControl* control = nullptr);

}  // namespace lockstep
