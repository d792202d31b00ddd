#include "lockstep/algorithms/pagerank.h"

#include <gtest/gtest.h>

#include <numeric>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/directed_graph.h"
#include "support/propagation_oracle.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

GraphView both(const CsrView& graph) { return {graph, graph, {}, {}, false}; }
GraphView both(const DirectedGraph& graph) { return {graph.out(), graph.in(), {}, {}, true}; }

std::vector<Seed> everyone(VertexId n) {
  std::vector<Seed> seeds;
  for (VertexId v = 0; v < n; ++v) seeds.push_back({v});
  return seeds;
}

void expect_matches(const GraphView& graph, double damping) {
  const auto got = pagerank(graph, {.damping = damping, .max_rounds = 1000});
  const auto want = propagation_oracle(graph.out, everyone(graph.out.size()), damping);
  ASSERT_TRUE(got.converged);
  EXPECT_NEAR(std::reduce(got.scores.begin(), got.scores.end()), 1.0, 1e-12);
  for (VertexId v = 0; v < graph.out.size(); ++v) EXPECT_NEAR(got.scores[v], want[v], 2e-8);
}

//  0 -> 1 -> 2, damping 1/2, and 2 hands its score to all:
//  x0 = 1/6 + x2/6, x1 = x0 + x0/2, x2 = x0 + x1/2  =>  4/17, 6/17, 7/17
TEST(PageRank, SolvesAChainByHand) {
  const DirectedGraph graph(3, {{0, 1}, {1, 2}});
  const auto got = pagerank(both(graph), {.damping = 0.5});
  ASSERT_TRUE(got.converged);
  EXPECT_NEAR(got.scores[0], 4.0 / 17.0, 1e-8);
  EXPECT_NEAR(got.scores[1], 6.0 / 17.0, 1e-8);
  EXPECT_NEAR(got.scores[2], 7.0 / 17.0, 1e-8);
}

TEST(PageRank, MatchesDenseSolveOnRandomGraphs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(40, 10 + 4 * seed, seed);  // sparse ones have lonely vertices
    expect_matches(both(graph.view()), 0.85);
    auto bare = graph.view();
    bare.weights = {};
    expect_matches(both(bare), 0.7);
  }
}

TEST(PageRank, MatchesDenseSolveOnRandomDirectedGraphs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    std::vector<std::pair<VertexId, VertexId>> arcs;
    for (const auto& edge : random_edges(40, 20 + 4 * seed, seed)) {
      arcs.emplace_back(edge.source, edge.target);
    }
    expect_matches(both(DirectedGraph(40, arcs)), 0.85);
  }
}

// Past 2^17 vertices rows without weights are laid out anew; rows with weights, all 1, are not.
TEST(PageRank, TheLayoutOfLargeGraphsDoesNotChangeScores) {
  constexpr VertexId kVertices = (1 << 17) + 1000;
  auto edges = random_edges(kVertices, 300'000, 3);
  for (auto& edge : edges) edge.source = edge.source % 700 + (edge.target < 700 ? 700 : 0);
  std::erase_if(edges, [](const WeightedEdge& edge) { return edge.source == edge.target; });
  for (auto& edge : edges) edge.weight = 1.0;
  const auto merged = Graph::undirected(kVertices, edges);
  const std::vector<double> ones(merged.view().arc_count(), 1.0);
  auto bare = merged.view();
  bare.weights = {};
  auto weighted = merged.view();
  weighted.weights = ones;
  const PropagationOptions options{.tolerance = 1e-14, .max_rounds = 30};
  const auto got = pagerank(both(bare), options);
  const auto want = pagerank(both(weighted), options);
  for (VertexId v = 0; v < kVertices; ++v) ASSERT_NEAR(got.scores[v], want.scores[v], 1e-16);
  const ThreadLimit one(1);
  EXPECT_EQ(pagerank(both(bare), options).scores, got.scores);
}

TEST(PageRank, EdgeCases) {
  const auto empty = pagerank(GraphView());
  EXPECT_TRUE(empty.converged);
  EXPECT_TRUE(empty.scores.empty());
  EXPECT_EQ(pagerank(both(Graph::undirected(4, {}).view())).scores, std::vector<double>(4, 0.25));
  const auto cut = pagerank(both(random_graph(100, 300, 4).view()), {.max_rounds = 2});
  EXPECT_EQ(cut.rounds, 2);
  EXPECT_FALSE(cut.converged);
}

TEST(PageRank, RefusesBadInput) {
  const auto graph = random_graph(5, 6, 1);
  EXPECT_THROW((void)pagerank(both(graph.view()), {.damping = 1.0}), InvalidArgument);
  EXPECT_THROW((void)pagerank(both(graph.view()), {.tolerance = 0.0}), InvalidArgument);
  EXPECT_THROW((void)pagerank(both(graph.view()), {.max_rounds = 0}), InvalidArgument);
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)pagerank(both(graph.view()), {}, &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
