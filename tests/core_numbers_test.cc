#include "lockstep/algorithms/core_numbers.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

// Slow and obvious: for each k takes vertices away until none has fewer than k neighbours left.
std::vector<VertexId> oracle(const AdjacencyView& graph) {
  std::vector<VertexId> core(graph.size(), 0);
  std::vector<char> left(graph.size(), 1);
  for (VertexId k = 1; std::count(left.begin(), left.end(), 1) > 0; ++k) {
    for (bool changed = true; changed;) {
      changed = false;
      for (VertexId v = 0; v < graph.size(); ++v) {
        const auto row = graph.neighbours(v);
        const auto near =
            std::count_if(row.begin(), row.end(), [&](VertexId u) { return left[u]; });
        if (left[v] == 0 || near >= k) continue;
        left[v] = 0;
        changed = true;
      }
    }
    for (VertexId v = 0; v < graph.size(); ++v) core[v] = left[v] != 0 ? k : core[v];
  }
  return core;
}

//  0 - 1      4 - 5     a triangle with a tail, a pair, and one alone
//   \ /
//    2 - 3    6
TEST(CoreNumbers, PeelsATriangleWithATail) {
  const std::vector<WeightedEdge> edges{{0, 1}, {1, 2}, {2, 0}, {2, 3}, {4, 5}};
  const auto got = core_numbers(Graph::undirected(7, edges).view());
  EXPECT_EQ(got.core, (std::vector<VertexId>{2, 2, 2, 1, 1, 1, 0}));
  EXPECT_EQ(got.largest, 2U);
}

TEST(CoreNumbers, MatchesPlainPeelingOnRandomGraphs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(60, 10 + 10 * seed, seed);
    const auto got = core_numbers(graph.view());
    const auto want = oracle(graph.view());
    EXPECT_EQ(got.core, want);
    EXPECT_EQ(got.largest, *std::max_element(want.begin(), want.end()));
  }
}

// A clique of 40 in a sparse crowd: the numbers in between belong to nobody.
TEST(CoreNumbers, FindsAPlantedClique) {
  auto edges = random_edges(2000, 1500, 3);
  for (VertexId a = 100; a < 140; ++a) {
    for (VertexId b = 100; b < a; ++b) edges.push_back({a, b});
  }
  const auto got = core_numbers(Graph::undirected(2000, edges).view());
  EXPECT_EQ(got.largest, 39U);
  EXPECT_EQ(std::count(got.core.begin(), got.core.end(), 39U), 40);
  EXPECT_LT(got.core[7], 5U);
}

TEST(CoreNumbers, ThreadsDoNotChangeThem) {
  const auto graph = random_graph(20'000, 200'000, 1);
  const auto many = core_numbers(graph.view());
  const ThreadLimit one(1);
  EXPECT_EQ(many.core, core_numbers(graph.view()).core);
}

TEST(CoreNumbers, EdgeCases) {
  EXPECT_TRUE(core_numbers(Graph().view()).core.empty());
  const auto lonely = core_numbers(Graph::undirected(2, {}).view());
  EXPECT_EQ(lonely.core, (std::vector<VertexId>{0, 0}));
  EXPECT_EQ(lonely.largest, 0U);
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)core_numbers(random_graph(5, 6, 1).view(), &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
