#include "lockstep/algorithms/truncated_svd.h"

#include <gtest/gtest.h>

#include <Eigen/SVD>
#include <algorithm>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/directed_graph.h"
#include "support/graph_oracle.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

using Eigen::Index;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

GraphView both(const CsrView& graph) { return {graph, graph, {}, {}, false}; }

void expect_matches(const GraphView& graph, const SpectralOptions& options) {
  const auto got = truncated_svd(graph, options);
  ASSERT_TRUE(got.converged);
  const Eigen::MatrixXd matrix = dense(graph.out);
  const Eigen::JacobiSVD<Eigen::MatrixXd> want(matrix);
  const auto k = static_cast<Index>(got.values.size());
  const Eigen::Map<const Rows> left(got.left.data(), matrix.rows(), k);
  const Eigen::Map<const Rows> right(got.right.data(), matrix.rows(), k);
  const double scale = want.singularValues()[0];
  for (Index i = 0; i < k; ++i) {
    const double value = got.values[static_cast<std::size_t>(i)];
    EXPECT_NEAR(value, want.singularValues()[i], 1e-6 * scale);
    EXPECT_NEAR((matrix * right.col(i) - value * left.col(i)).norm(), 0.0, 1e-6 * scale);
    EXPECT_NEAR(right.col(i).norm(), 1.0, 1e-9);
    if (value < 1e-2 * scale) continue;
    EXPECT_NEAR((matrix.transpose() * left.col(i) - value * right.col(i)).norm(), 0.0,
                1e-4 * scale);
    EXPECT_NEAR(left.col(i).norm(), 1.0, 1e-6);
  }
}

//  0 -> 2, 1 -> 2: one singular value, the root of 2
TEST(TruncatedSvd, SolvesTwoArcsByHand) {
  const DirectedGraph graph(3, {{0, 2}, {1, 2}});
  const auto got = truncated_svd({graph.out(), graph.in(), {}, {}, true}, {.dimensions = 2});
  ASSERT_EQ(got.values.size(), 2U);
  EXPECT_NEAR(got.values[0], std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(got.values[1], 0.0, 1e-7);
  EXPECT_NEAR(got.right[4], 1.0, 1e-12);
  EXPECT_NEAR(got.left[0], std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(got.left[2], std::sqrt(0.5), 1e-12);
}

TEST(TruncatedSvd, MatchesJacobiOnRandomGraphs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(60, 20 + 5 * seed, seed);
    expect_matches(both(graph.view()), {.dimensions = 1 + static_cast<int>(seed % 6),
                                        .tolerance = 1e-8,
                                        .max_rounds = 3000,
                                        .seed = seed});
  }
}

TEST(TruncatedSvd, MatchesJacobiOnRandomDirectedGraphs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    std::vector<std::pair<VertexId, VertexId>> arcs;
    for (const auto& edge : random_edges(60, 40 + 5 * seed, seed)) {
      arcs.emplace_back(edge.source, edge.target);
    }
    const DirectedGraph graph(60, arcs);
    expect_matches({graph.out(), graph.in(), {}, {}, true},
                   {.dimensions = 1 + static_cast<int>(seed % 6),
                    .tolerance = 1e-8,
                    .max_rounds = 3000,
                    .seed = seed});
  }
}

TEST(TruncatedSvd, ThreadsDoNotChangeIt) {
  const auto graph = random_graph(3'000, 20'000, 2);
  const SpectralOptions options{.dimensions = 3, .tolerance = 1e-3};
  const auto many = truncated_svd(both(graph.view()), options);
  const ThreadLimit one(1);
  const auto alone = truncated_svd(both(graph.view()), options);
  EXPECT_EQ(many.left, alone.left);
  EXPECT_EQ(many.right, alone.right);
}

TEST(TruncatedSvd, EdgeCasesAndBadInput) {
  EXPECT_TRUE(truncated_svd(GraphView()).values.empty());
  const auto lonely = truncated_svd(both(Graph::undirected(2, {}).view()));
  EXPECT_EQ(lonely.values, (std::vector<double>{0.0, 0.0}));
  EXPECT_EQ(lonely.left, std::vector<double>(4, 0.0));
  EXPECT_THROW((void)truncated_svd(GraphView(), {.dimensions = 0}), InvalidArgument);
}

}  // namespace
}  // namespace lockstep
