#include "lockstep/algorithms/propagation.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <limits>
#include <numeric>
#include <random>
#include <set>

#include "lockstep/algorithms/explaining_paths.h"
#include "lockstep/algorithms/leiden.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/propagation_oracle.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

double mass(const PropagationResult& result) {
  return std::accumulate(result.scores.begin(), result.scores.end(), 0.0);
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
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(40, 10 + 4 * seed, seed);  // sparse ones have lonely vertices
    const std::vector<Seed> seeds{{0, 1.0}, {7, 0.25}, {7, 0.5}, {seed % 40, 0.1}};
    for (const double damping : {0.0, 0.7, 0.95}) {
      const auto got = propagation(graph.view(), seeds, {.damping = damping, .max_rounds = 1000});
      const auto want = propagation_oracle(graph.view(), seeds, damping);
      ASSERT_TRUE(got.converged);
      EXPECT_NEAR(mass(got), 1.0, 1e-12);
      for (VertexId v = 0; v < graph.size(); ++v) {
        EXPECT_GE(got.scores[v], 0.0);
        EXPECT_NEAR(got.scores[v], want[v], 3e-8);
      }
    }
  }
}

TEST(Propagation, RelabellingAndScalingDoNotChangeScores) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto edges = random_edges(50, 120, seed);
    std::vector<VertexId> label(50);
    std::iota(label.begin(), label.end(), 0U);
    std::shuffle(label.begin(), label.end(), std::mt19937(seed));
    auto renamed = edges;
    for (auto& edge : renamed) {
      edge = {label[edge.source], label[edge.target], edge.weight * 1000.0};
    }
    const auto got =
        propagation(Graph::undirected(50, edges).view(), std::vector<Seed>{{4, 0.2}, {9, 0.6}});
    const auto other = propagation(Graph::undirected(50, renamed).view(),
                                   std::vector<Seed>{{label[9], 3.0}, {label[4], 1.0}});
    for (VertexId v = 0; v < 50; ++v) EXPECT_NEAR(got.scores[v], other.scores[label[v]], 1e-12);
  }
}

TEST(Propagation, ScoreNeverLeaksAndThreadsDoNotChangeIt) {
  const auto graph = random_graph(20'000, 60'000, 1);
  const std::vector<Seed> seeds{{3}};
  const auto many = propagation(graph.view(), seeds);
  EXPECT_NEAR(mass(many), 1.0, 1e-12);
  const ThreadLimit one(1);
  const auto alone = propagation(graph.view(), seeds);
  EXPECT_EQ(many.scores, alone.scores);
  EXPECT_EQ(many.rounds, alone.rounds);
}

TEST(Propagation, StopsAtTheLimitAndSaysSo) {
  const auto graph = random_graph(100, 300, 4);
  const auto got = propagation(graph.view(), std::vector<Seed>{{0}}, {.max_rounds = 2});
  EXPECT_EQ(got.rounds, 2);
  EXPECT_FALSE(got.converged);
  EXPECT_NEAR(mass(got), 1.0, 1e-12);
}

TEST(Propagation, EdgeCases) {
  const auto lonely = Graph::undirected(2, {});
  EXPECT_EQ(propagation(lonely.view(), std::vector<Seed>{{1}}).scores,
            (std::vector<double>{0.0, 1.0}));
  const auto one = Graph::undirected(1, {});
  EXPECT_EQ(propagation(one.view(), std::vector<Seed>{{0, 0.3}}).scores,
            (std::vector<double>{1.0}));
  // Repeated edges add up; what the seeds cannot reach scores nothing at all.
  const auto split = Graph::undirected(
      5, std::vector<WeightedEdge>{{0, 1, 1.0}, {0, 1, 2.0}, {0, 2, 1.0}, {3, 4}});
  const auto got = propagation(split.view(), std::vector<Seed>{{0}});
  EXPECT_NEAR(got.scores[1], 3.0 * got.scores[2], 1e-8);
  EXPECT_EQ(got.scores[3], 0.0);
  EXPECT_EQ(got.scores[4], 0.0);
  const auto tiny = Graph::undirected(3, std::vector<WeightedEdge>{{0, 1, 3e-308}, {1, 2, 1e307}});
  EXPECT_NEAR(mass(propagation(tiny.view(), std::vector<Seed>{{0}})), 1.0, 1e-12);
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
  refused({{0, -1.0}}, {});
  refused({{0, nan}}, {});
  refused({{0, 1.5e308}, {1, 1.5e308}}, {});
  refused({{0}}, {.damping = 1.0});
  refused({{0}}, {.damping = -0.1});
  refused({{0}}, {.damping = nan});
  refused({{0}}, {.tolerance = 0.0});
  refused({{0}}, {.max_rounds = 0});
  EXPECT_THROW((void)propagation(Graph().view(), std::vector<Seed>{{0}}), InvalidArgument);
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)propagation(graph.view(), std::vector<Seed>{{0}}, {}, &control), Interrupted);
}

TEST(Propagation, AViewWithoutWeightsIsOneOfOnes) {
  auto edges = random_edges(60, 150, 3);
  std::set<std::pair<VertexId, VertexId>> met;
  std::erase_if(edges, [&](WeightedEdge& edge) {
    edge.weight = 1.0;
    return !met.insert(std::minmax(edge.source, edge.target)).second;
  });
  const auto graph = Graph::undirected(60, edges);
  auto bare = graph.view();
  bare.weights = {};
  const std::vector<Seed> seeds{{3}, {9}};
  const std::vector<VertexId> targets{0, 1, 2, 4};
  EXPECT_EQ(propagation(bare, seeds).scores, propagation(graph.view(), seeds).scores);
  EXPECT_EQ(leiden(bare).community, leiden(graph.view()).community);
  EXPECT_EQ(explaining_paths(bare, seeds, targets)[3].vertices,
            explaining_paths(graph.view(), seeds, targets)[3].vertices);
}

}  // namespace
}  // namespace lockstep
