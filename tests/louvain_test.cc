#include "lockstep/algorithms/louvain.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/graph_oracle.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

//  0 - 1       3 - 4
//   \ /         \ /      two triangles and a bridge
//    2 --------- 5
TEST(Louvain, SplitsTwoTriangles) {
  const std::vector<WeightedEdge> edges{{0, 1}, {0, 2}, {1, 2}, {3, 4}, {3, 5}, {4, 5}, {2, 5}};
  const auto graph = Graph::undirected(6, edges);
  const auto got = louvain(graph.view());
  EXPECT_EQ(got.community, (std::vector<VertexId>{0, 0, 0, 1, 1, 1}));
  EXPECT_NEAR(got.quality, 6.0 / 7.0 - 0.5, 1e-12);
  EXPECT_EQ(louvain(graph.view(), {.quality = Quality::kCpm, .resolution = 0.05}).communities, 1U);
}

TEST(Louvain, IsSeldomFarFromTheOptimumOfSmallGraphs) {
  double found = 0.0;  // gain over leaving all vertices apart
  double possible = 0.0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const VertexId size = 4 + seed % 5;
    const auto graph = random_graph(size, size - 1 + seed % 9, seed);
    const auto weights = dense(graph.view());
    const auto got = louvain(graph.view(), {.seed = seed, .max_rounds = 10});
    ASSERT_NEAR(got.quality, slow_quality(weights, got.community, Quality::kModularity, 1.0),
                1e-12);
    const double best = best_of_all_partitions(weights, Quality::kModularity, 1.0);
    ASSERT_LE(got.quality, best + 1e-9);
    std::vector<VertexId> apart(size);
    std::iota(apart.begin(), apart.end(), 0U);
    const double least = slow_quality(weights, apart, Quality::kModularity, 1.0);
    found += got.quality - least;
    possible += best - least;
  }
  EXPECT_GE(found, 0.97 * possible);
}

TEST(Louvain, MoreRoundsNeverLowerTheQualityAndEnd) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(500, 1500, seed);
    const auto one = louvain(graph.view(), {.seed = seed});
    const auto many = louvain(graph.view(), {.seed = seed, .max_rounds = 1000});
    EXPECT_EQ(one.rounds, 1);
    EXPECT_GE(many.quality, one.quality);
    EXPECT_TRUE(many.converged);
  }
}

TEST(Louvain, SameResultWhateverTheThreads) {
  const auto graph = random_graph(40'000, 120'000, 7);
  const auto many = louvain(graph.view(), {.seed = 11});
  EXPECT_NE(louvain(graph.view(), {.seed = 12}).community, many.community);
  const ThreadLimit one(1);
  EXPECT_EQ(louvain(graph.view(), {.seed = 11}).community, many.community);
}

TEST(Louvain, EdgeCasesAndBadOptions) {
  EXPECT_TRUE(louvain(Graph().view()).community.empty());
  const auto lonely = louvain(Graph::undirected(3, {}).view());
  EXPECT_EQ(lonely.community, (std::vector<VertexId>{0, 1, 2}));
  const auto graph = random_graph(10, 20, 1);
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THROW((void)louvain(graph.view(), {.resolution = bad}), InvalidArgument);
  }
  EXPECT_THROW((void)louvain(graph.view(), {.max_rounds = 0}), InvalidArgument);
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)louvain(random_graph(5000, 20'000, 1).view(), {}, &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
