#include "lockstep/eigen_graph.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <Eigen/IterativeLinearSolvers>
#include <vector>

#include "../bench/kronecker.h"
#include "support/edge_columns.h"

namespace lockstep {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

MatrixXd dense_copy(const CsrView& graph) {
  const auto n = static_cast<Eigen::Index>(graph.size());
  MatrixXd matrix = MatrixXd::Zero(n, n);
  for (VertexId v = 0; v < graph.size(); ++v) {
    for (auto i = graph.offsets[v]; i < graph.offsets[v + 1ULL]; ++i) {
      matrix(v, graph.targets[i]) = graph.weight(i);
    }
  }
  return matrix;
}

VectorXd some_vector(Eigen::Index n) { return VectorXd::LinSpaced(n, -1.0, 2.0).array().sin(); }

using Solver = Eigen::ConjugateGradient<GraphOperator, Eigen::Lower | Eigen::Upper,
                                        Eigen::IdentityPreconditioner>;

//  0 -2- 1 -3- 2
TEST(EigenGraph, MultipliesByTheMatrixOfAPath) {
  Edges edges;
  edges.add(0, 1, 2.0);
  edges.add(1, 2, 3.0);
  const auto graph = build_graph(3, edges.columns(true, false)).graph;
  const VectorXd x = VectorXd::LinSpaced(3, 1.0, 3.0);
  EXPECT_EQ(VectorXd(GraphOperator(graph.view()) * x), (VectorXd(3) << 4, 11, 6).finished());
  EXPECT_EQ(VectorXd(GraphOperator::laplacian(graph.view(), 10.0) * x),
            (VectorXd(3) << 8, 19, 33).finished());
}

TEST(EigenGraph, MatchesADenseMatrixOnRandomGraphs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto edges = random_edge_columns(40, 10 + 4 * seed, seed);
    const auto graph = build_graph(40, edges.columns(seed % 3 != 0, false),
                                   seed % 2 == 0 ? kDirected : kUndirected)
                           .graph;
    const auto& both = graph.both_ways();
    const MatrixXd matrix = dense_copy(both.out);
    const VectorXd diagonal = some_vector(40);
    const GraphOperator out(both.out, 1.5, diagonal);
    const MatrixXd want = 1.5 * matrix + MatrixXd(diagonal.asDiagonal());
    const VectorXd x = some_vector(40);
    EXPECT_TRUE(VectorXd(out * x).isApprox(want * x));
    const MatrixXd block = MatrixXd::Random(40, 3);
    EXPECT_TRUE(MatrixXd(out * block).isApprox(want * block));
    EXPECT_TRUE(VectorXd(out * (2.0 * x + block.col(1))).isApprox(want * (2.0 * x + block.col(1))));
    VectorXd y = x;
    y.noalias() += out * x;
    y -= out * block.col(0);
    EXPECT_TRUE(y.isApprox(x + want * x - want * block.col(0)));
    EXPECT_TRUE(VectorXd(GraphOperator(both.in) * x).isApprox(matrix.transpose() * x));
  }
}

TEST(EigenGraph, ASolverOfEigenTakesItAsItIs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto edges = random_edge_columns(60, 20 + 5 * seed, seed);
    const auto graph = build_graph(60, edges.columns(true, false), kUndirected).graph;
    const auto laplacian = GraphOperator::laplacian(graph.view(), 0.5);
    Solver solver;
    solver.setTolerance(1e-12);
    solver.compute(laplacian);
    const VectorXd b = some_vector(60);
    const VectorXd x = solver.solve(b);
    ASSERT_EQ(solver.info(), Eigen::Success);
    const MatrixXd matrix = dense_copy(graph.view());
    const MatrixXd want =
        MatrixXd(matrix.rowwise().sum().asDiagonal()) - matrix + 0.5 * MatrixXd::Identity(60, 60);
    EXPECT_TRUE(x.isApprox(want.ldlt().solve(b), 1e-9));
  }
}

TEST(EigenGraph, ThreadsDoNotChangeAProduct) {
  const auto edges = kronecker(13, 8, 1);
  const auto graph = build_graph(edges.vertices, edges.columns(), kUndirected).graph;
  const auto laplacian = GraphOperator::laplacian(graph.view(), 0.1);
  const VectorXd x = some_vector(laplacian.rows());
  const VectorXd many = laplacian * x;
  const ThreadLimit one(1);
  EXPECT_EQ(VectorXd(laplacian * x), many);
  EXPECT_EQ(VectorXd(GraphOperator::laplacian(graph.view(), 0.1) * x), many);
}

TEST(EigenGraph, ValuesAreMappedWhereTheyAre) {
  const auto edges = random_edge_columns(20, 60, 1);
  const auto graph = build_graph(20, edges.columns(true, false), kUndirected).graph;
  const auto weights = as_vector(graph.view().weights);
  EXPECT_EQ(weights.data(), graph.view().weights.data());
  const GraphOperator adjacency(graph.view());
  const VectorXd strength = adjacency * VectorXd::Ones(20);
  EXPECT_NEAR(weights.sum(), strength.sum(), 1e-9);
  const std::vector<double> scores(20, 1.0);
  EXPECT_EQ(VectorXd(adjacency * as_vector(scores)), strength);
}

TEST(EigenGraph, EdgeCases) {
  const Graph none;
  EXPECT_EQ((GraphOperator(none.view()) * VectorXd()).rows(), 0);
  const auto lonely = build_graph(3, {}).graph;
  EXPECT_EQ(VectorXd(GraphOperator(lonely.view()) * VectorXd::Ones(3)), VectorXd::Zero(3));
  EXPECT_EQ(VectorXd(GraphOperator::laplacian(lonely.view(), 2.0) * VectorXd::Ones(3)),
            VectorXd::Constant(3, 2.0));
  EXPECT_THROW(GraphOperator(lonely.view(), 1.0, VectorXd::Ones(2)), InvalidArgument);
}

}  // namespace
}  // namespace lockstep
