#include "lockstep/algorithms/spectral_embedding.h"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <limits>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/graph_oracle.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

using Eigen::Index;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::MatrixXd normalised(const CsrView& graph) {
  const Eigen::MatrixXd weight = dense(graph);
  const Eigen::VectorXd roots = weight.rowwise().sum().unaryExpr(
      [](double strength) { return strength > 0.0 ? 1.0 / std::sqrt(strength) : 0.0; });
  return roots.asDiagonal() * weight * roots.asDiagonal();
}

Eigen::Map<const Rows> vectors_of(const SpectralEmbeddingResult& found) {
  const auto columns = static_cast<Index>(found.values.size());
  return {found.vectors.data(), static_cast<Index>(found.vectors.size()) / columns, columns};
}

/// Against all eigenpairs of the dense matrix; spaces are compared up to the last clear gap.
void expect_matches(const CsrView& graph, const SpectralOptions& options) {
  const auto got = spectral_embedding(graph, options);
  ASSERT_TRUE(got.converged);
  const Eigen::MatrixXd matrix = normalised(graph);
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> want(matrix);
  const Eigen::VectorXd values = want.eigenvalues().reverse();
  const Rows found = vectors_of(got);
  const Index k = found.cols();
  EXPECT_NEAR((found.transpose() * found - Eigen::MatrixXd::Identity(k, k)).norm(), 0.0, 1e-10);
  Index clear = 0;
  for (Index i = 0; i < k; ++i) {
    EXPECT_NEAR(got.values[static_cast<std::size_t>(i)], values[i], 1e-9);
    EXPECT_LE((matrix * found.col(i) - values[i] * found.col(i)).norm(), 1.01e-7);
    if (i + 1 == values.size() || values[i] - values[i + 1] > 1e-2) clear = i + 1;
    Index at = 0;
    found.col(i).cwiseAbs().maxCoeff(&at);
    EXPECT_GT(found(at, i), 0.0);
  }
  const Eigen::MatrixXd space = want.eigenvectors().rightCols(clear);
  const Eigen::MatrixXd here = found.leftCols(clear);
  EXPECT_NEAR((space * space.transpose() - here * here.transpose()).norm(), 0.0, 1e-4);
}

//  0 - 1 - 2: eigenvalues 1, 0 and -1; the first vector goes with the roots of the degrees
TEST(SpectralEmbedding, SolvesAPathByHand) {
  const auto graph = Graph::undirected(3, std::vector<WeightedEdge>{{0, 1}, {1, 2}});
  const auto got = spectral_embedding(graph.view(), {.dimensions = 2});
  ASSERT_EQ(got.values.size(), 2U);
  EXPECT_NEAR(got.values[0], 1.0, 1e-12);
  EXPECT_NEAR(got.values[1], 0.0, 1e-12);
  EXPECT_NEAR(got.vectors[0], 0.5, 1e-12);
  EXPECT_NEAR(got.vectors[2], std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(got.vectors[0 + 1], -got.vectors[4 + 1], 1e-12);
}

TEST(SpectralEmbedding, MatchesDenseEigenpairsOnRandomGraphs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(90, 20 + 6 * seed, seed);  // sparse ones have many components
    expect_matches(graph.view(), {.dimensions = 1 + static_cast<int>(seed % 12),
                                  .tolerance = 1e-7,
                                  .max_rounds = 2000,
                                  .seed = seed});
  }
}

TEST(SpectralEmbedding, SetsPlantedGroupsApart) {
  std::vector<WeightedEdge> edges;
  for (const auto& edge : random_edges(1000, 20'000, 1)) {
    if (edge.source / 500 == edge.target / 500) edges.push_back(edge);
  }
  for (VertexId v = 0; v < 50; ++v) edges.push_back({v, 500 + v});
  const auto got = spectral_embedding(Graph::undirected(1000, edges).view(), {.dimensions = 2});
  const auto found = vectors_of(got);
  const double side = found(0, 1);
  for (Index v = 0; v < 1000; ++v) {
    EXPECT_EQ(std::signbit(found(v, 1)), std::signbit(side) != (v >= 500));
  }
}

TEST(SpectralEmbedding, ThreadsDoNotChangeIt) {
  const auto graph = random_graph(5'000, 30'000, 2);
  const SpectralOptions options{.dimensions = 4, .tolerance = 1e-3};
  const auto many = spectral_embedding(graph.view(), options);
  EXPECT_TRUE(many.converged);
  const ThreadLimit one(1);
  EXPECT_EQ(many.vectors, spectral_embedding(graph.view(), options).vectors);
}

TEST(SpectralEmbedding, StopsAtTheLimitAndSaysSo) {
  const auto graph = random_graph(500, 3'000, 2);
  const auto got = spectral_embedding(graph.view(), {.tolerance = 1e-9, .max_rounds = 2});
  EXPECT_EQ(got.rounds, 2);
  EXPECT_FALSE(got.converged);
}

TEST(SpectralEmbedding, EdgeCases) {
  EXPECT_TRUE(spectral_embedding(Graph().view()).values.empty());
  const auto lonely = spectral_embedding(Graph::undirected(3, {}).view());
  EXPECT_EQ(lonely.values, (std::vector<double>{0.0, 0.0, 0.0}));
  const auto many = spectral_embedding(Graph::undirected(200, {}).view());
  EXPECT_EQ(many.values, std::vector<double>(8, 0.0));
  EXPECT_TRUE(many.converged);
}

TEST(SpectralEmbedding, RefusesBadInput) {
  const auto graph = random_graph(300, 600, 1);
  const auto refused = [&](const SpectralOptions& options) {
    EXPECT_THROW((void)spectral_embedding(graph.view(), options), InvalidArgument);
  };
  refused({.dimensions = 0});
  refused({.tolerance = 0.0});
  refused({.tolerance = 1.0});
  refused({.tolerance = std::numeric_limits<double>::quiet_NaN()});
  refused({.max_rounds = 0});
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)spectral_embedding(graph.view(), {}, &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
