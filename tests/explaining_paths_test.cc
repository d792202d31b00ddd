#include "lockstep/algorithms/explaining_paths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

double strength(CsrView graph, VertexId v) {
  const auto weights = graph.neighbour_weights(v);
  return std::accumulate(weights.begin(), weights.end(), 0.0);
}

// Slow and obvious: the best walk of at most n steps, improved step by step (Bellman-Ford).
std::vector<double> oracle(CsrView graph, const std::vector<Seed>& seeds, double damping) {
  double total = 0.0;
  for (const auto& seed : seeds) total += seed.weight;
  std::vector<double> best(graph.size(), 0.0);
  for (const auto& [vertex, weight] : seeds) best[vertex] += weight / total;
  for (VertexId step = 0; step < graph.size(); ++step) {
    for (VertexId v = 0; v < graph.size(); ++v) {
      for (std::size_t i = 0; i < graph.degree(v); ++i) {
        double& there = best[graph.neighbours(v)[i]];
        there =
            std::max(there, best[v] * damping * graph.neighbour_weights(v)[i] / strength(graph, v));
      }
    }
  }
  return best;
}

//  0 -9- 1 -9- 2      the strong way round to 2 beats the weak edge 0 - 2
//   \____1____/
TEST(ExplainingPaths, TakesTheStrongWay) {
  const std::vector<WeightedEdge> edges{{0, 1, 9.0}, {1, 2, 9.0}, {0, 2, 1.0}};
  const auto graph = Graph::undirected(4, edges);
  const auto paths =
      explaining_paths(graph.view(), std::vector<Seed>{{0}}, std::vector<VertexId>{2, 0, 3}, 0.8);
  EXPECT_EQ(paths[0].vertices, (std::vector<VertexId>{0, 1, 2}));
  EXPECT_NEAR(paths[0].probability, 0.8 * 0.9 * 0.8 * 0.5, 1e-12);
  EXPECT_EQ(paths[1].vertices, (std::vector<VertexId>{0}));
  EXPECT_EQ(paths[1].probability, 1.0);
  EXPECT_TRUE(paths[2].vertices.empty());
  EXPECT_EQ(paths[2].probability, 0.0);
}

TEST(ExplainingPaths, TiesGoToTheSmallerPredecessor) {
  const std::vector<WeightedEdge> edges{{0, 2, 1.0}, {0, 1, 1.0}, {2, 3, 1.0}, {1, 3, 1.0}};
  const auto graph = Graph::undirected(4, edges);
  const auto paths =
      explaining_paths(graph.view(), std::vector<Seed>{{0}}, std::vector<VertexId>{3});
  EXPECT_EQ(paths[0].vertices, (std::vector<VertexId>{0, 1, 3}));
}

TEST(ExplainingPaths, MatchesTheBestWalkOnRandomGraphs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(25, 10 + 2 * seed, seed);
    const auto view = graph.view();
    const std::vector<Seed> seeds{{0, 0.9}, {5, 0.2}, {6, 0.01}};
    std::vector<VertexId> all(view.size());
    std::iota(all.begin(), all.end(), 0U);
    const auto want = oracle(view, seeds, 0.85);
    const auto paths = explaining_paths(view, seeds, all, 0.85);
    for (const VertexId v : all) {
      ASSERT_NEAR(paths[v].probability, want[v], 1e-12);
      if (paths[v].vertices.empty()) continue;
      ASSERT_EQ(paths[v].vertices.back(), v);
      double walked = 0.0;
      for (const auto& [vertex, weight] : seeds) {
        if (vertex == paths[v].vertices.front()) walked = weight / 1.11;
      }
      for (std::size_t i = 1; i < paths[v].vertices.size(); ++i) {
        const VertexId from = paths[v].vertices[i - 1];
        const auto row = view.neighbours(from);
        const auto at = std::find(row.begin(), row.end(), paths[v].vertices[i]) - row.begin();
        ASSERT_LT(static_cast<std::size_t>(at), row.size());
        walked *= 0.85 * view.neighbour_weights(from)[static_cast<std::size_t>(at)] /
                  strength(view, from);
      }
      ASSERT_NEAR(walked, want[v], 1e-12);
    }
  }
}

// Equal weights make many ties, and the degrees 2, 3 and 4 make rounding hide them.
TEST(ExplainingPaths, SmallestOfEqualPredecessorsOnGrids) {
  constexpr VertexId kSide = 8;
  std::vector<WeightedEdge> edges;
  for (VertexId v = 0; v < kSide * kSide; ++v) {
    if (v % kSide + 1 < kSide) edges.push_back({v, v + 1, 1.0});
    if (v + kSide < kSide * kSide) edges.push_back({v, v + kSide, 1.0});
  }
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    auto shuffled = edges;
    std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(seed));
    const auto graph = Graph::undirected(kSide * kSide, shuffled);
    const auto view = graph.view();
    std::vector<VertexId> all(view.size());
    std::iota(all.begin(), all.end(), 0U);
    const std::vector<Seed> seeds{{seed}};
    const auto paths = explaining_paths(view, seeds, all, 0.5);
    for (const VertexId v : all) {
      if (v == seed) continue;
      const auto chosen = paths[v].vertices.rbegin()[1];
      for (const VertexId other : view.neighbours(v)) {
        const double through = paths[other].probability * 0.5 / strength(view, other);
        EXPECT_LE(through, paths[v].probability * (1.0 + 1e-12));
        if (other >= chosen) continue;
        EXPECT_LT(through, paths[v].probability * (1.0 - 1e-12));
      }
    }
  }
}

//  0 - 1      a walk from 0 reaches 1 with chance 2/3 * 1/2; 1 itself starts one with 1/3
TEST(ExplainingPaths, ASeedAsLikelyAsAnyWalkToItExplainsItself) {
  const auto graph = Graph::undirected(2, std::vector<WeightedEdge>{{0, 1, 1.0}});
  const std::vector<Seed> seeds{{0, 2.0}, {1, 1.0}};
  const auto paths = explaining_paths(graph.view(), seeds, std::vector<VertexId>{1}, 0.5);
  EXPECT_EQ(paths[0].vertices, (std::vector<VertexId>{1}));
  EXPECT_NEAR(paths[0].probability, 1.0 / 3.0, 1e-12);
}

//  0 ===== 1 - 2      the steps between 0 and 1 cost so little that they vanish beside the start
TEST(ExplainingPaths, StepsTooCheapToCountStillEnd) {
  const std::vector<WeightedEdge> edges{{0, 1, 1e18}, {1, 2, 1.0}, {3, 4, 1.0}};
  const auto graph = Graph::undirected(5, edges);
  const std::vector<Seed> seeds{{2, 1.0}, {3, 1e6}};
  const auto paths = explaining_paths(graph.view(), seeds, std::vector<VertexId>{0, 1, 4},
                                      std::nextafter(1.0, 0.0));
  EXPECT_EQ(paths[0].vertices, (std::vector<VertexId>{2, 1, 0}));
  EXPECT_EQ(paths[1].vertices, (std::vector<VertexId>{2, 1}));
  EXPECT_EQ(paths[2].vertices, (std::vector<VertexId>{3, 4}));
}

TEST(ExplainingPaths, ThreadsDoNotChangeThem) {
  const auto graph = random_graph(20'000, 60'000, 1);
  std::vector<VertexId> all(graph.size());
  std::iota(all.begin(), all.end(), 0U);
  const std::vector<Seed> seeds{{3, 0.5}, {4, 0.5}};
  const auto many = explaining_paths(graph.view(), seeds, all);
  const ThreadLimit one(1);
  const auto alone = explaining_paths(graph.view(), seeds, all);
  for (const VertexId v : all) {
    ASSERT_EQ(many[v].vertices, alone[v].vertices);
    ASSERT_EQ(many[v].probability, alone[v].probability);
  }
}

TEST(ExplainingPaths, EdgeCases) {
  const auto graph = Graph::undirected(3, std::vector<WeightedEdge>{{0, 1, 1.0}, {1, 0, 1.0}});
  const std::vector<VertexId> all{2, 1, 0, 1};
  const auto paths = explaining_paths(graph.view(), std::vector<Seed>{{2, 3.0}, {0, 1.0}}, all);
  EXPECT_EQ(paths[0].vertices, (std::vector<VertexId>{2}));
  EXPECT_NEAR(paths[0].probability, 0.75, 1e-12);
  EXPECT_NEAR(paths[1].probability, 0.25 * 0.85, 1e-12);
  EXPECT_EQ(paths[1].vertices, paths[3].vertices);
  EXPECT_TRUE(explaining_paths(graph.view(), std::vector<Seed>{{0}}, {}).empty());
  // Without damping's share no step is ever taken.
  const auto still = explaining_paths(graph.view(), std::vector<Seed>{{0}}, all, 0.0);
  EXPECT_TRUE(still[1].vertices.empty());
  EXPECT_EQ(still[2].vertices, (std::vector<VertexId>{0}));
}

TEST(ExplainingPaths, RefusesBadInput) {
  const auto graph = random_graph(5, 6, 1);
  const std::vector<Seed> seeds{{0}};
  const std::vector<VertexId> past{5};
  EXPECT_THROW((void)explaining_paths(graph.view(), seeds, past), InvalidArgument);
  EXPECT_THROW((void)explaining_paths(graph.view(), {}, {}), InvalidArgument);
  EXPECT_THROW((void)explaining_paths(graph.view(), std::vector<Seed>{{5}}, {}), InvalidArgument);
  EXPECT_THROW((void)explaining_paths(graph.view(), seeds, {}, 1.0), InvalidArgument);
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)explaining_paths(graph.view(), seeds, {}, 0.85, &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
