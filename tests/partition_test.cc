#include "lockstep/algorithms/partition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/graph_oracle.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

std::vector<VertexId> random_partition(VertexId vertices, VertexId communities, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<VertexId> community(vertices);
  for (auto& c : community) c = static_cast<VertexId>(random() % communities);
  return community;
}

//  0 - 1       3 - 4
//   \ /         \ /      two triangles and a bridge: 1 of the 7 ends of edges leads out
//    2 --------- 5
TEST(Partition, ConductanceOfTwoTriangles) {
  const std::vector<WeightedEdge> edges{{0, 1}, {0, 2}, {1, 2}, {3, 4}, {3, 5}, {4, 5}, {2, 5}};
  const auto graph = Graph::undirected(6, edges);
  EXPECT_EQ(conductance(graph.view(), {0, 0, 0, 2, 2, 2}),
            (std::vector<double>{1.0 / 7.0, 0.0, 1.0 / 7.0}));
  EXPECT_EQ(conductance(graph.view(), {0, 0, 0, 0, 0, 0}), (std::vector<double>{0.0}));
}

TEST(Partition, QualityMatchesTheSumOverPairs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(20, 40, seed);
    const auto community = random_partition(20, 5, seed);
    for (const auto quality : {Quality::kModularity, Quality::kCpm}) {
      EXPECT_NEAR(partition_quality(graph.view(), community, quality, 0.7),
                  slow_quality(dense(graph.view()), community, quality, 0.7), 1e-12);
    }
  }
}

TEST(Partition, ConductanceMatchesTheMatrix) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(20, 40, seed);
    const auto community = random_partition(20, 5, seed);
    const auto weight = dense(graph.view());
    const auto got = conductance(graph.view(), community);
    for (VertexId c = 0; c < got.size(); ++c) {
      double volume = 0.0;
      double cut = 0.0;
      for (Eigen::Index u = 0; u < 20; ++u) {
        if (community[static_cast<std::size_t>(u)] != c) continue;
        volume += weight.row(u).sum();
        for (Eigen::Index v = 0; v < 20; ++v) {
          if (community[static_cast<std::size_t>(v)] != c) cut += weight(u, v);
        }
      }
      EXPECT_NEAR(got[c], volume > 0.0 ? cut / volume : 0.0, 1e-12);
    }
  }
}

TEST(Partition, SameBitsWhateverTheThreads) {
  const auto graph = random_graph(20'000, 60'000, 1);
  const auto community = random_partition(20'000, 50, 1);
  const double quality = partition_quality(graph.view(), community, Quality::kModularity, 1.0);
  const auto cuts = conductance(graph.view(), community);
  const ThreadLimit one(1);
  EXPECT_EQ(partition_quality(graph.view(), community, Quality::kModularity, 1.0), quality);
  EXPECT_EQ(conductance(graph.view(), community), cuts);
}

TEST(Partition, RefusesWhatIsNoPartition) {
  const auto graph = random_graph(10, 20, 1);
  EXPECT_THROW((void)partition_quality(graph.view(), {}, Quality::kCpm, 1.0), InvalidArgument);
  EXPECT_THROW((void)conductance(graph.view(), {}), InvalidArgument);
  const std::vector<VertexId> past(10, 10);
  EXPECT_THROW((void)partition_quality(graph.view(), past, Quality::kCpm, 1.0), InvalidArgument);
  EXPECT_THROW((void)conductance(graph.view(), past), InvalidArgument);
  EXPECT_TRUE(conductance(Graph().view(), {}).empty());
  EXPECT_EQ(partition_quality(Graph::undirected(3, {}).view(), {0, 1, 2}, Quality::kCpm, 1.0), 0.0);
}

}  // namespace
}  // namespace lockstep
