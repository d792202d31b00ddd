#include "lockstep/algorithms/propagation.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <limits>
#include <numeric>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

// Slow and obvious: builds P' as a dense matrix and solves the fixed point directly.
Eigen::VectorXd oracle(CsrView graph, const std::vector<Seed>& seeds, double damping) {
  const auto n = static_cast<Eigen::Index>(graph.size());
  Eigen::VectorXd start = Eigen::VectorXd::Zero(n);
  for (const auto& [vertex, weight] : seeds) start[vertex] += weight;
  start /= start.sum();
  Eigen::MatrixXd step = Eigen::MatrixXd::Zero(n, n);
  for (VertexId v = 0; v < graph.size(); ++v) {
    const auto weights = graph.neighbour_weights(v);
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    if (total == 0.0) step.col(v) = start;
    for (std::size_t i = 0; i < graph.degree(v); ++i) {
      step(graph.neighbours(v)[i], v) = weights[i] / total;
    }
  }
  const Eigen::MatrixXd system = Eigen::MatrixXd::Identity(n, n) - damping * step;
  return system.partialPivLu().solve((1.0 - damping) * start);
}

//  0 - 1 - 2, a walk from 0 with damping 1/2:
//  x0 = 1/2 + x1/4, x1 = x0/2 + x2/2, x2 = x1/4  =>  7/12, 1/3, 1/12
TEST(Propagation, SolvesAPathByHand) {
  const auto graph = Graph::undirected(3, std::vector<WeightedEdge>{{0, 1, 5.0}, {1, 2, 5.0}});
  const auto got = propagation(graph.view(), std::vector<Seed>{{0}}, {.damping = 0.5});
  ASSERT_TRUE(got.converged);
  EXPECT_NEAR(got.scores[0], 7.0 / 12.0, 1e-8);
  EXPECT_NEAR(got.scores[1], 1.0 / 3.0, 1e-8);
  EXPECT_NEAR(got.scores[2], 1.0 / 12.0, 1e-8);
}

TEST(Propagation, MatchesDenseSolveOnRandomGraphs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(40, 10 + 4 * seed, seed);
    const std::vector<Seed> seeds{{0, 1.0}, {7, 0.25}, {7, 0.5}};
    const auto got = propagation(graph.view(), seeds, {.damping = 0.7});
    const auto want = oracle(graph.view(), seeds, 0.7);
    ASSERT_TRUE(got.converged);
    for (VertexId v = 0; v < graph.size(); ++v) EXPECT_NEAR(got.scores[v], want[v], 1e-8);
  }
}

TEST(Propagation, ScoreNeverLeaksAndThreadsDoNotChangeIt) {
  const auto graph = random_graph(20'000, 60'000, 1);
  const std::vector<Seed> seeds{{3}};
  const auto many = propagation(graph.view(), seeds);
  EXPECT_NEAR(std::reduce(many.scores.begin(), many.scores.end()), 1.0, 1e-12);
  const ThreadLimit one(1);
  EXPECT_EQ(many.scores, propagation(graph.view(), seeds).scores);
}

TEST(Propagation, StopsAtTheLimitAndSaysSo) {
  const auto graph = random_graph(100, 300, 4);
  const auto got = propagation(graph.view(), std::vector<Seed>{{0}}, {.max_rounds = 2});
  EXPECT_EQ(got.rounds, 2);
  EXPECT_FALSE(got.converged);
}

TEST(Propagation, KeepsEverythingAtALonelySeed) {
  const auto graph = Graph::undirected(2, {});
  const auto got = propagation(graph.view(), std::vector<Seed>{{1}});
  EXPECT_EQ(got.scores, (std::vector<double>{0.0, 1.0}));
}

TEST(Propagation, RefusesBadInput) {
  const auto graph = random_graph(5, 6, 1);
  const auto refused = [&](const std::vector<Seed>& seeds, const PropagationOptions& options) {
    EXPECT_THROW((void)propagation(graph.view(), seeds, options), InvalidArgument);
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  refused({}, {});
  refused({{5}}, {});
  refused({{0, 0.0}}, {});
  refused({{0, nan}}, {});
  refused({{0}}, {.damping = 1.0});
  refused({{0}}, {.damping = nan});
  refused({{0}}, {.tolerance = 0.0});
  refused({{0}}, {.max_rounds = 0});
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)propagation(graph.view(), std::vector<Seed>{{0}}, {}, &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
