#include "lockstep/algorithms/breadth_first_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/directed_graph.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

// Slow and obvious: one queue for the distances, then the smallest tail that is one step nearer.
BreadthFirstSearchResult oracle(const AdjacencyView& out, VertexId source) {
  const std::vector<VertexId> none(out.size(), kUnreached);
  BreadthFirstSearchResult want{none, none, 0};
  want.distance[source] = 0;
  want.parent[source] = source;
  std::vector<VertexId> queue{source};
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const VertexId tail = queue[i];
    for (const VertexId head : out.neighbours(tail)) {
      if (want.distance[head] == kUnreached) {
        want.distance[head] = want.distance[tail] + 1;
        queue.push_back(head);
      }
      if (want.distance[head] == want.distance[tail] + 1) {
        want.parent[head] = std::min(want.parent[head], tail);
      }
    }
  }
  want.reached = static_cast<VertexId>(queue.size());
  return want;
}

void expect_same(const BreadthFirstSearchResult& got, const BreadthFirstSearchResult& want) {
  EXPECT_EQ(got.distance, want.distance);
  EXPECT_EQ(got.parent, want.parent);
  EXPECT_EQ(got.reached, want.reached);
}

//  3 - 0 - 4
//  |       |
//  1 ----- 2    5
TEST(BreadthFirstSearch, TakesTheSmallestParent) {
  const std::vector<WeightedEdge> edges{{3, 0}, {0, 4}, {3, 1}, {4, 2}, {1, 2}};
  const auto got = breadth_first_search(Graph::undirected(6, edges).view(), 2);
  EXPECT_EQ(got.distance, (std::vector<VertexId>{2, 1, 0, 2, 1, kUnreached}));
  EXPECT_EQ(got.parent, (std::vector<VertexId>{4, 2, 2, 1, 2, kUnreached}));
  EXPECT_EQ(got.reached, 5U);
}

TEST(BreadthFirstSearch, MatchesAQueueOnRandomGraphs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(200, 100 + 30 * seed, seed);
    const VertexId source = seed;
    expect_same(breadth_first_search(graph.view(), source), oracle(graph.view(), source));
  }
}

TEST(BreadthFirstSearch, MatchesAQueueOnRandomDirectedGraphs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    std::vector<std::pair<VertexId, VertexId>> arcs;
    for (const auto& edge : random_edges(150, 100 + 20 * seed, seed)) {
      arcs.emplace_back(edge.source, edge.target);
    }
    const DirectedGraph graph(150, arcs);
    expect_same(breadth_first_search(graph.out(), graph.in(), 7), oracle(graph.out(), 7));
  }
}

// Large enough for several chunks; dense ones look back, sparse ones only ahead.
TEST(BreadthFirstSearch, MatchesAQueueOnLargerGraphsForAnyThreads) {
  for (const std::size_t edges : {22'000U, 60'000U, 400'000U}) {
    SCOPED_TRACE(edges);
    const auto graph = random_graph(40'000, edges, 1);
    const auto want = oracle(graph.view(), 11);
    expect_same(breadth_first_search(graph.view(), 11), want);
    const ThreadLimit one(1);
    expect_same(breadth_first_search(graph.view(), 11), want);
  }
}

TEST(BreadthFirstSearch, EdgeCases) {
  expect_same(breadth_first_search(Graph::undirected(1, {}).view(), 0), {{0}, {0}, 1});
  const auto lonely = breadth_first_search(Graph::undirected(3, {}).view(), 1);
  expect_same(lonely, {{kUnreached, 0, kUnreached}, {kUnreached, 1, kUnreached}, 1});
}

TEST(BreadthFirstSearch, RefusesBadInput) {
  const auto graph = random_graph(5, 6, 1);
  const auto other = random_graph(6, 6, 1);
  EXPECT_THROW((void)breadth_first_search(graph.view(), 5), InvalidArgument);
  EXPECT_THROW((void)breadth_first_search(Graph().view(), 0), InvalidArgument);
  EXPECT_THROW((void)breadth_first_search(graph.view(), other.view(), 0), InvalidArgument);
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)breadth_first_search(graph.view(), graph.view(), 0, &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
