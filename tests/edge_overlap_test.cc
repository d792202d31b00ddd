#include "lockstep/algorithms/edge_overlap.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/graph_oracle.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

using Matrix = Eigen::MatrixXd;

//  0 - 1, 1 - 2, 0 - 2 a triangle and 2 - 3 a tail: only the tail closes none.
TEST(EdgeOverlap, ATailIsWeakerThanATriangle) {
  const auto graph =
      Graph::undirected(4, std::vector<WeightedEdge>{{0, 1}, {1, 2}, {0, 2}, {2, 3}});
  const std::vector<double> want{0.55, 0.55, 0.55, 0.55, 0.55, 0.55, 0.1, 0.1};
  const auto rated = edge_overlap(graph);
  const auto got = rated.view().weights;
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t arc = 0; arc < want.size(); ++arc) EXPECT_NEAR(got[arc], want[arc], 1e-15);
}

TEST(EdgeOverlap, MatchesDenseProductOnRandomGraphs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(30, 100, seed);
    const Matrix step = dense(graph.view());
    const Matrix is_edge = (step.array() > 0.0).cast<double>();
    const Matrix shared = is_edge * is_edge;
    const auto rated = edge_overlap(graph);
    const auto got = rated.view().weights;
    const CsrView view = graph.view();
    for (VertexId v = 0; v < 30; ++v) {
      for (auto arc = view.offsets[v]; arc < view.offsets[v + 1ULL]; ++arc) {
        const auto u = view.targets[arc];
        const double least = std::min(is_edge.row(v).sum(), is_edge.row(u).sum());
        EXPECT_NEAR(got[arc], step(v, u) * (shared(v, u) + 0.1) / least, 1e-12);
      }
    }
  }
}

TEST(EdgeOverlap, ThreadsDoNotChangeItAndItOutlivesTheGraphItRates) {
  auto graph = random_graph(5000, 40'000, 1);
  const auto many = edge_overlap(graph);
  {
    const ThreadLimit one(1);
    EXPECT_TRUE(std::ranges::equal(edge_overlap(graph).view().weights, many.view().weights));
  }
  const auto edges = graph.edge_count();
  graph = Graph();
  EXPECT_EQ(many.edge_count(), edges);
  EXPECT_EQ(many.view().targets.size(), 2 * edges);
}

TEST(EdgeOverlap, EdgeCases) {
  EXPECT_EQ(edge_overlap(Graph()).size(), 0U);
  EXPECT_EQ(edge_overlap(Graph::undirected(3, {})).size(), 3U);
  const std::vector<VertexId> source{0};
  const std::vector<VertexId> target{1};
  const auto directed = build_graph(2, {source, target}, {.directed = true}).graph;
  EXPECT_THROW((void)edge_overlap(directed), InvalidArgument);
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)edge_overlap(random_graph(50, 200, 1), &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
