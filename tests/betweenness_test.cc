#include "lockstep/algorithms/betweenness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "lockstep/algorithms/breadth_first_search.h"
#include "lockstep/algorithms/induced_subgraph.h"
#include "lockstep/error.h"
#include "support/graph_oracle.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

// Slow and obvious: counts shortest walks between all pairs, and those among them over v.
std::vector<double> oracle(const CsrView& graph) {
  const VertexId n = graph.size();
  std::vector<std::vector<VertexId>> distance;
  std::vector<std::vector<double>> walks(n, std::vector<double>(n, 0.0));
  for (VertexId s = 0; s < n; ++s) {
    distance.push_back(breadth_first_search(graph, s).distance);
    std::vector<VertexId> order(n);
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(),
              [&](VertexId a, VertexId b) { return distance[s][a] < distance[s][b]; });
    walks[s][s] = 1.0;
    for (const VertexId v : order) {
      for (const VertexId u : graph.neighbours(v)) {
        if (distance[s][u] + 1 == distance[s][v]) walks[s][v] += walks[s][u];
      }
    }
  }
  std::vector<double> score(n, 0.0);
  for (VertexId s = 0; s < n; ++s) {
    for (VertexId t = s + 1; t < n; ++t) {
      if (distance[s][t] == kUnreached) continue;
      for (VertexId v = 0; v < n; ++v) {
        if (v == s || v == t || distance[s][v] == kUnreached) continue;
        if (distance[s][v] + distance[v][t] != distance[s][t]) continue;
        score[v] += walks[s][v] * walks[v][t] / walks[s][t];
      }
    }
  }
  return score;
}

//    1
//  0   3 - 4      two ways from 0 to 3
//    2
TEST(Betweenness, SharesPairsAmongShortestWalks) {
  const std::vector<WeightedEdge> edges{{0, 1}, {0, 2}, {1, 3}, {2, 3}, {3, 4}};
  const auto got = betweenness(Graph::undirected(5, edges).view());
  EXPECT_EQ(got, (std::vector<double>{0.5, 1.0, 1.0, 3.5, 0.0}));
}

TEST(Betweenness, MatchesAllPairsOnRandomGraphs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(30, 10 + 3 * seed, seed);
    const auto got = betweenness(graph.view());
    const auto want = oracle(graph.view());
    for (VertexId v = 0; v < 30; ++v) EXPECT_NEAR(got[v], want[v], 1e-9);
  }
}

TEST(Betweenness, EdgeCases) {
  EXPECT_TRUE(betweenness(Graph().view()).empty());
  EXPECT_EQ(betweenness(Graph::undirected(2, {}).view()), (std::vector<double>{0.0, 0.0}));
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)betweenness(random_graph(5, 6, 1).view(), &control), Interrupted);
}

//  0 - 1 - 2 - 3, of which 3, 1 and 2 are kept
TEST(InducedSubgraph, KeepsTheEdgesBetweenItsVertices) {
  const std::vector<WeightedEdge> edges{{0, 1, 2.0}, {1, 2, 3.0}, {2, 3, 4.0}};
  const auto graph = Graph::undirected(4, edges);
  const auto cut = induced_subgraph(graph.view(), std::vector<VertexId>{3, 1, 2, 1});
  EXPECT_EQ(cut.vertices, (std::vector<VertexId>{1, 2, 3}));
  EXPECT_EQ(cut.graph.edge_count(), 2U);
  EXPECT_EQ(cut.graph.view().neighbour_weights(1)[0], 3.0);
  EXPECT_EQ(cut.graph.view().neighbour_weights(1)[1], 4.0);
}

TEST(InducedSubgraph, IsABlockOfTheMatrixOnRandomGraphs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(40, 30 + 8 * seed, seed);
    std::mt19937 random(seed);
    std::vector<VertexId> wanted(random() % 30);
    for (VertexId& v : wanted) v = static_cast<VertexId>(random() % 40);
    const auto cut = induced_subgraph(graph.view(), wanted);
    const auto whole = dense(graph.view());
    const auto part = dense(cut.graph.view());
    ASSERT_EQ(cut.graph.size(), cut.vertices.size());
    for (VertexId i = 0; i < cut.graph.size(); ++i) {
      for (VertexId j = 0; j < cut.graph.size(); ++j) {
        EXPECT_EQ(part(i, j), whole(cut.vertices[i], cut.vertices[j]));
      }
    }
  }
}

TEST(InducedSubgraph, EdgeCases) {
  const auto graph = random_graph(5, 6, 1);
  EXPECT_EQ(induced_subgraph(graph.view(), {}).graph.size(), 0U);
  EXPECT_THROW((void)induced_subgraph(graph.view(), std::vector<VertexId>{5}), InvalidArgument);
}

}  // namespace
}  // namespace lockstep
