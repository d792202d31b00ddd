#include "lockstep/algorithms/directed_belief.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

struct Arcs {
  std::vector<VertexId> source;
  std::vector<VertexId> target;
  std::vector<double> weight;

  [[nodiscard]] Graph graph(VertexId vertices, bool directed = true) const {
    return build_graph(vertices, {source, target, weight},
                       {.directed = directed, .self_loops = SelfLoops::kDrop})
        .graph;
  }
};

Arcs random_arcs(VertexId vertices, std::size_t many, unsigned seed) {
  std::mt19937 random(seed);
  Arcs arcs;
  for (std::size_t i = 0; i < many; ++i) {
    const auto a = static_cast<VertexId>(random() % vertices);
    const auto b = static_cast<VertexId>(random() % vertices);
    arcs.source.push_back(a);
    arcs.target.push_back(b);
    arcs.weight.push_back(1.0 + static_cast<double>(random() % 9));
    if (random() % 3 != 0) continue;  // some follow back
    arcs.source.push_back(b);
    arcs.target.push_back(a);
    arcs.weight.push_back(1.0 + static_cast<double>(random() % 9));
  }
  return arcs;
}

// Slow and obvious: a dense matrix of weights, the rule pair by pair, rounds until nothing moves.
std::vector<double> oracle(VertexId n, const Arcs& arcs, const std::vector<Belief>& beliefs,
                           double strength) {
  std::vector<std::vector<double>> w(n, std::vector<double>(n, 0.0));
  for (std::size_t i = 0; i < arcs.source.size(); ++i) {
    if (arcs.source[i] != arcs.target[i]) w[arcs.source[i]][arcs.target[i]] += arcs.weight[i];
  }
  std::vector<double> prior(n, 0.0);
  for (const auto& [vertex, residual] : beliefs) prior[vertex] += residual;
  auto at = prior;
  for (int round = 0; round < 3000; ++round) {
    auto next = prior;
    for (VertexId v = 0; v < n; ++v) {
      double sum = 0.0;
      double weight = 0.0;
      for (VertexId u = 0; u < n; ++u) {
        weight += w[v][u] + w[u][v];
        const bool mutual = w[v][u] > 0.0 && w[u][v] > 0.0;
        if (mutual) sum += (w[v][u] + w[u][v]) * at[u];
        if (!mutual && at[u] > 0.0) sum += w[v][u] * at[u];
        if (!mutual && at[u] < 0.0) sum += w[u][v] * at[u];
      }
      if (weight > 0.0) next[v] += strength * sum / weight;
    }
    at = next;
  }
  return at;
}

//   0 -> 1 <-> 2 -> 3      2 suspicious: it reaches 1, and 0 that follows 1, but not 3
TEST(DirectedBelief, SuspicionWalksBackAndTrustWalksOn) {
  const Arcs arcs{{0, 1, 2, 2}, {1, 2, 1, 3}, {1, 1, 1, 1}};
  const auto graph = arcs.graph(4);
  const auto suspicious = directed_belief(graph.both_ways(), std::vector<Belief>{{2, 1.0}}).scores;
  EXPECT_GT(suspicious[1], suspicious[0]);
  EXPECT_GT(suspicious[0], 0.0);
  EXPECT_EQ(suspicious[3], 0.0);
  const auto trusted = directed_belief(graph.both_ways(), std::vector<Belief>{{2, -1.0}}).scores;
  EXPECT_LT(trusted[1], 0.0);
  EXPECT_EQ(trusted[0], 0.0);
  EXPECT_LT(trusted[3], 0.0);
}

TEST(DirectedBelief, MatchesTheRulePairByPairOnRandomGraphs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto arcs = random_arcs(30, 5 + 3 * seed, seed);
    const std::vector<Belief> beliefs{{0, 1.0}, {7, -0.25}, {7, -0.5}, {seed % 30, 0.1}};
    for (const double strength : {0.0, 0.5, 0.95}) {
      const auto got = directed_belief(arcs.graph(30).both_ways(), beliefs,
                                       {.strength = strength, .tolerance = 1e-13});
      ASSERT_TRUE(got.converged);
      const auto want = oracle(30, arcs, beliefs, strength);
      for (VertexId v = 0; v < 30; ++v) EXPECT_NEAR(got.scores[v], want[v], 1e-9);
    }
  }
}

TEST(DirectedBelief, WhereAllFollowEachOtherItIsTheMeanOfNeighbours) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_arcs(40, 120, seed).graph(40, false);
    const std::vector<Belief> beliefs{{1, 1.0}, {2, -1.0}};
    const auto got =
        directed_belief(graph.both_ways(), beliefs, {.strength = 0.9, .tolerance = 1e-13});
    const auto want =
        linear_belief(graph.view(), beliefs,
                      {.coupling = Coupling::kReceiver, .strength = 0.9, .tolerance = 1e-13});
    for (VertexId v = 0; v < 40; ++v) EXPECT_NEAR(got.scores[v], want.scores[v], 1e-10);
  }
}

TEST(DirectedBelief, TurnedRoundAndWithOppositeLabelsItIsItsMirror) {
  auto arcs = random_arcs(50, 150, 3);
  const auto got =
      directed_belief(arcs.graph(50).both_ways(), std::vector<Belief>{{0, 1.0}, {1, -0.5}});
  std::swap(arcs.source, arcs.target);
  const auto mirror =
      directed_belief(arcs.graph(50).both_ways(), std::vector<Belief>{{0, -1.0}, {1, 0.5}});
  for (VertexId v = 0; v < 50; ++v) EXPECT_NEAR(got.scores[v], -mirror.scores[v], 1e-12);
}

TEST(DirectedBelief, ThreadsDoNotChangeIt) {
  const auto graph = random_arcs(20'000, 60'000, 1).graph(20'000);
  const std::vector<Belief> beliefs{{3, 1.0}, {9, -1.0}};
  const auto many = directed_belief(graph.both_ways(), beliefs);
  const ThreadLimit one(1);
  EXPECT_EQ(many.scores, directed_belief(graph.both_ways(), beliefs).scores);
}

TEST(DirectedBelief, EdgeCases) {
  EXPECT_TRUE(directed_belief(Graph().both_ways(), {}).scores.empty());
  const auto lonely = Arcs{{0}, {1}, {1.0}}.graph(3);
  const auto got = directed_belief(lonely.both_ways(), std::vector<Belief>{{2, 0.5}});
  EXPECT_EQ(got.scores, (std::vector<double>{0.0, 0.0, 0.5}));
  EXPECT_TRUE(got.converged);
  const auto graph = random_arcs(50, 200, 2).graph(50);
  const auto cut =
      directed_belief(graph.both_ways(), std::vector<Belief>{{0, 1.0}}, {.max_rounds = 2});
  EXPECT_EQ(cut.rounds, 2);
  EXPECT_FALSE(cut.converged);
}

TEST(DirectedBelief, RefusesBadInput) {
  const auto graph = random_arcs(5, 6, 1).graph(5);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto refused = [&](Belief belief, const DirectedBeliefOptions& options) {
    EXPECT_THROW((void)directed_belief(graph.both_ways(), std::vector<Belief>{belief}, options),
                 InvalidArgument);
  };
  refused({5, 1.0}, {});
  refused({0, nan}, {});
  refused({0, 1.0}, {.strength = 1.0});
  refused({0, 1.0}, {.tolerance = 0.0});
  refused({0, 1.0}, {.max_rounds = 0});
}

}  // namespace
}  // namespace lockstep
