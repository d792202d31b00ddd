#include <gtest/gtest.h>

#include "lockstep/algorithms/breadth_first_search.h"
#include "lockstep/algorithms/connected_components.h"
#include "lockstep/algorithms/core_numbers.h"
#include "lockstep/algorithms/pagerank.h"
#include "lockstep/algorithms/triangles.h"
#include "lockstep/compressed_graph.h"
#include "support/directed_graph.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

// What a kernel finds does not depend on how the rows are stored.

TEST(CompressedKernels, FindTheSameOnUndirectedGraphs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(300, 50 + 40 * seed, seed);
    const AdjacencyView plain = graph.view();
    const CompressedGraph packed(plain);
    EXPECT_EQ(connected_components(packed.view()).component, connected_components(plain).component);
    EXPECT_EQ(core_numbers(packed.view()).core, core_numbers(plain).core);
    EXPECT_EQ(triangles(packed.view()).triangles, triangles(plain).triangles);
    const auto search = breadth_first_search(packed.view(), packed.view(), seed);
    EXPECT_EQ(search.distance, breadth_first_search(plain, seed).distance);
    EXPECT_EQ(search.parent, breadth_first_search(plain, seed).parent);
  }
}

TEST(CompressedKernels, FindTheSameOnDirectedGraphs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    std::vector<std::pair<VertexId, VertexId>> arcs;
    for (const auto& edge : random_edges(200, 100 + 30 * seed, seed)) {
      arcs.emplace_back(edge.source, edge.target);
    }
    const DirectedGraph graph(200, arcs);
    const CompressedGraph out(graph.out());
    const CompressedGraph in(graph.in());
    const auto search = breadth_first_search(out.view(), in.view(), 7);
    EXPECT_EQ(search.parent, breadth_first_search(graph.out(), graph.in(), 7).parent);
    EXPECT_EQ(pagerank(CompressedPair{out.view(), in.view(), true}).scores,
              pagerank(GraphView{graph.out(), graph.in(), {}, {}, true}).scores);
  }
}

}  // namespace
}  // namespace lockstep
