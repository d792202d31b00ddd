#include "lockstep/algorithms/connected_components.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

// Slow and obvious: walks from each vertex not yet met, in the order of the vertices.
ConnectedComponentsResult oracle(const AdjacencyView& graph) {
  ConnectedComponentsResult want{std::vector<VertexId>(graph.size(), graph.size())};
  for (VertexId start = 0; start < graph.size(); ++start) {
    if (want.component[start] != graph.size()) continue;
    std::vector<VertexId> stack{start};
    want.component[start] = want.components;
    while (!stack.empty()) {
      const VertexId at = stack.back();
      stack.pop_back();
      for (const VertexId other : graph.neighbours(at)) {
        if (want.component[other] != graph.size()) continue;
        want.component[other] = want.components;
        stack.push_back(other);
      }
    }
    ++want.components;
  }
  return want;
}

void expect_matches(const Graph& graph) {
  const auto got = connected_components(graph.view());
  const auto want = oracle(graph.view());
  EXPECT_EQ(got.components, want.components);
  EXPECT_EQ(got.component, want.component);
}

//  1 - 4 - 0    2    3 - 5
TEST(ConnectedComponents, NumbersByTheSmallestMember) {
  const std::vector<WeightedEdge> edges{{1, 4}, {4, 0}, {3, 5}};
  const auto got = connected_components(Graph::undirected(6, edges).view());
  EXPECT_EQ(got.component, (std::vector<VertexId>{0, 0, 1, 2, 0, 2}));
  EXPECT_EQ(got.components, 3U);
}

TEST(ConnectedComponents, MatchesAWalkOnRandomGraphs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    expect_matches(random_graph(300, 20 + 7 * seed, seed));
  }
}

// More vertices than a chunk has: trees that cross chunks, found by several threads at once.
TEST(ConnectedComponents, MatchesAWalkOnLargerGraphs) {
  for (unsigned seed = 0; seed < 4; ++seed) {
    SCOPED_TRACE(seed);
    expect_matches(random_graph(60'000, 25'000 + 15'000 * seed, seed));
  }
}

// A path in shuffled order has no hub and no short walks; a star with tails has one hub.
TEST(ConnectedComponents, MatchesAWalkOnPathsAndStars) {
  constexpr VertexId kVertices = 50'000;
  std::vector<VertexId> order(kVertices);
  std::iota(order.begin(), order.end(), 0U);
  std::shuffle(order.begin(), order.end(), std::mt19937(1));
  std::vector<WeightedEdge> path;
  std::vector<WeightedEdge> star;
  for (VertexId i = 1; i < kVertices; ++i) {
    if (i % 10'000 != 0) path.push_back({order[i - 1], order[i]});
    star.push_back({order[i], i % 3 == 0 ? order[0] : order[i - 1]});
  }
  expect_matches(Graph::undirected(kVertices, path));
  expect_matches(Graph::undirected(kVertices, star));
}

TEST(ConnectedComponents, ThreadsDoNotChangeThem) {
  const auto graph = random_graph(100'000, 70'000, 5);
  const auto many = connected_components(graph.view());
  const ThreadLimit one(1);
  EXPECT_EQ(many.component, connected_components(graph.view()).component);
}

TEST(ConnectedComponents, EdgeCases) {
  EXPECT_EQ(connected_components(Graph().view()).components, 0U);
  EXPECT_EQ(connected_components(AdjacencyView()).components, 0U);
  const auto lonely = connected_components(Graph::undirected(3, {}).view());
  EXPECT_EQ(lonely.component, (std::vector<VertexId>{0, 1, 2}));
  EXPECT_EQ(lonely.components, 3U);
  RunControl control;
  control.cancel();
  const auto graph = random_graph(5, 6, 1);
  EXPECT_THROW((void)connected_components(graph.view(), &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
