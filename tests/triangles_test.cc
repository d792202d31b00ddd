#include "lockstep/algorithms/triangles.h"

#include <gtest/gtest.h>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/graph_oracle.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

// Slow and obvious: half the diagonal of A^3 counts the triangles at a vertex.
void expect_matches(const CsrView& graph) {
  const auto got = triangles(graph);
  const Eigen::MatrixXd near = (dense(graph).array() > 0.0).cast<double>();
  const Eigen::MatrixXd walks = near * near * near;
  double pairs = 0.0;
  for (VertexId v = 0; v < graph.size(); ++v) {
    const double want = walks(v, v) / 2.0;
    const auto degree = static_cast<double>(graph.degree(v));
    ASSERT_EQ(static_cast<double>(got.triangles[v]), want);
    EXPECT_NEAR(got.clustering[v], degree < 2.0 ? 0.0 : 2.0 * want / (degree * (degree - 1.0)),
                1e-15);
    pairs += degree * (degree - 1.0) / 2.0;
  }
  EXPECT_EQ(static_cast<double>(got.total), walks.trace() / 6.0);
  EXPECT_NEAR(got.transitivity, pairs == 0.0 ? 0.0 : walks.trace() / 2.0 / pairs, 1e-15);
  EXPECT_EQ(triangle_count(graph), got.total);
}

//  0 - 1
//  | X |      all four joined, and 4 hanging on 3
//  2 - 3 - 4
TEST(Triangles, CountsAFullSquareWithATail) {
  const std::vector<WeightedEdge> edges{{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}, {3, 4}};
  const auto got = triangles(Graph::undirected(5, edges).view());
  EXPECT_EQ(got.triangles, (std::vector<std::uint64_t>{3, 3, 3, 3, 0}));
  EXPECT_EQ(got.clustering, (std::vector<double>{1.0, 1.0, 1.0, 0.5, 0.0}));
  EXPECT_EQ(got.total, 4U);
  EXPECT_DOUBLE_EQ(got.transitivity, 0.8);
}

TEST(Triangles, MatchesMatrixPowersOnRandomGraphs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    expect_matches(random_graph(60, 20 + 15 * seed, seed).view());
  }
}

// More vertices than a chunk has, with hubs.
TEST(Triangles, MatchesMatrixPowersWithHubs) {
  auto edges = random_edges(400, 3000, 7);
  for (auto& edge : edges) edge.source = edge.source % 40 + (edge.target < 40 ? 40 : 0);
  expect_matches(Graph::undirected(400, edges).view());
}

TEST(Triangles, ThreadsDoNotChangeThem) {
  const auto graph = random_graph(5'000, 100'000, 1);
  const auto many = triangles(graph.view());
  EXPECT_GT(many.total, 1000U);
  const ThreadLimit one(1);
  const auto alone = triangles(graph.view());
  EXPECT_EQ(many.triangles, alone.triangles);
  EXPECT_EQ(many.clustering, alone.clustering);
  EXPECT_EQ(many.transitivity, alone.transitivity);
}

TEST(Triangles, EdgeCases) {
  EXPECT_TRUE(triangles(Graph().view()).triangles.empty());
  EXPECT_EQ(triangle_count(AdjacencyView()), 0U);
  const auto pair = triangles(Graph::undirected(3, std::vector<WeightedEdge>{{0, 1}}).view());
  EXPECT_EQ(pair.clustering, (std::vector<double>{0.0, 0.0, 0.0}));
  EXPECT_EQ(pair.transitivity, 0.0);
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)triangles(random_graph(5, 6, 1).view(), &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
