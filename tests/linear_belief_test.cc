#include "lockstep/algorithms/linear_belief.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <limits>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/graph_oracle.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

// Slow and obvious: M as a dense matrix, its radius by a full decomposition, x by LU.
Vector oracle(CsrView graph, const std::vector<Belief>& beliefs, Coupling coupling,
              double strength) {
  Matrix step = dense(graph);
  const Vector degree = step.rowwise().sum().cwiseMax(1e-300);
  if (coupling == Coupling::kUniform) {
    step /= Eigen::SelfAdjointEigenSolver<Matrix>(step).eigenvalues().maxCoeff();
  } else if (coupling == Coupling::kReceiver) {
    step = degree.cwiseInverse().asDiagonal() * step;
  } else {
    step = step * degree.cwiseInverse().asDiagonal();
  }
  Vector prior = Vector::Zero(step.rows());
  for (const auto& [vertex, residual] : beliefs) prior[vertex] += residual;
  return (Matrix::Identity(step.rows(), step.rows()) - strength * step).partialPivLu().solve(prior);
}

//  0 - 1 - 2 with 0 suspicious and 2 benign: whatever 0 hands over, 2 takes back.
TEST(LinearBelief, OppositeLabelsCancelInTheMiddleOfAPath) {
  const auto graph = Graph::undirected(3, std::vector<WeightedEdge>{{0, 1}, {1, 2}});
  for (const auto coupling : {Coupling::kUniform, Coupling::kReceiver, Coupling::kSender}) {
    const auto got = linear_belief(graph.view(), std::vector<Belief>{{0, 1.0}, {2, -1.0}},
                                   {.coupling = coupling});
    EXPECT_TRUE(got.converged);
    EXPECT_NEAR(got.scores[0], 1.0, 1e-9);
    EXPECT_NEAR(got.scores[1], 0.0, 1e-9);
    EXPECT_NEAR(got.scores[2], -1.0, 1e-9);
  }
}

TEST(LinearBelief, MatchesDenseSolveOnRandomGraphs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(40, 10 + 4 * seed, seed);
    const std::vector<Belief> beliefs{{0, 1.0}, {7, -0.25}, {7, -0.5}, {seed % 40, 0.1}};
    for (const auto coupling : {Coupling::kUniform, Coupling::kReceiver, Coupling::kSender}) {
      for (const double strength : {0.0, 0.5, 0.95}) {
        const auto got = linear_belief(
            graph.view(), beliefs,
            {.coupling = coupling, .strength = strength, .tolerance = 1e-12, .max_rounds = 50000});
        const auto want = oracle(graph.view(), beliefs, coupling, strength);
        ASSERT_TRUE(got.converged);
        for (VertexId v = 0; v < graph.size(); ++v) EXPECT_NEAR(got.scores[v], want[v], 1e-6);
      }
    }
  }
}

TEST(LinearBelief, ThreadsDoNotChangeIt) {
  const auto graph = random_graph(20'000, 60'000, 1);
  const std::vector<Belief> beliefs{{3, 1.0}, {9, -1.0}};
  for (const auto coupling : {Coupling::kUniform, Coupling::kSender}) {
    const LinearBeliefOptions options{.coupling = coupling, .max_rounds = 60};
    const auto many = linear_belief(graph.view(), beliefs, options);
    const ThreadLimit one(1);
    EXPECT_EQ(many.scores, linear_belief(graph.view(), beliefs, options).scores);
  }
}

TEST(LinearBelief, EdgeCases) {
  EXPECT_TRUE(linear_belief(Graph().view(), {}).scores.empty());
  const auto lonely = Graph::undirected(2, {});
  for (const auto coupling : {Coupling::kUniform, Coupling::kReceiver, Coupling::kSender}) {
    const auto got =
        linear_belief(lonely.view(), std::vector<Belief>{{1, 0.5}}, {.coupling = coupling});
    EXPECT_EQ(got.scores, (std::vector<double>{0.0, 0.5}));
  }
  const auto graph = random_graph(50, 200, 2);
  const auto cut = linear_belief(graph.view(), std::vector<Belief>{{0, 1.0}}, {.max_rounds = 2});
  EXPECT_EQ(cut.rounds, 2);
  EXPECT_FALSE(cut.converged);
}

TEST(LinearBelief, RefusesBadInput) {
  const auto graph = random_graph(5, 6, 1);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto refused = [&](Belief belief, const LinearBeliefOptions& options) {
    EXPECT_THROW((void)linear_belief(graph.view(), std::vector<Belief>{belief}, options),
                 InvalidArgument);
  };
  refused({5, 1.0}, {});
  refused({0, nan}, {});
  refused({0, 1.0}, {.strength = 1.0});
  refused({0, 1.0}, {.strength = nan});
  refused({0, 1.0}, {.tolerance = 0.0});
  refused({0, 1.0}, {.max_rounds = 0});
}

}  // namespace
}  // namespace lockstep
