#include "lockstep/algorithms/leiden.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <set>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

// Slow and obvious: the sum over all pairs of vertices of one community.
double oracle_quality(CsrView graph, const std::vector<VertexId>& community, Quality quality,
                      double resolution) {
  const VertexId n = graph.size();
  std::vector<std::vector<double>> weight(n, std::vector<double>(n, 0.0));
  std::vector<double> strength(n, 0.0);
  double total = 0.0;
  for (VertexId v = 0; v < n; ++v) {
    for (std::size_t i = 0; i < graph.degree(v); ++i) {
      weight[v][graph.neighbours(v)[i]] = graph.neighbour_weights(v)[i];
      strength[v] += graph.neighbour_weights(v)[i];
      total += graph.neighbour_weights(v)[i];
    }
  }
  double sum = 0.0;
  for (VertexId u = 0; u < n; ++u) {
    for (VertexId v = 0; v < n; ++v) {
      if (community[u] != community[v]) continue;
      sum += weight[u][v];
      if (quality == Quality::kModularity) sum -= resolution * strength[u] * strength[v] / total;
      if (quality == Quality::kCpm && u != v) sum -= resolution;
    }
  }
  return sum / total;
}

/// Best quality over all partitions of a small graph (restricted growth strings).
double best_of_all(CsrView graph, Quality quality, double resolution) {
  std::vector<VertexId> community(graph.size(), 0);
  double best = -1e9;
  const auto grow = [&](auto&& self, VertexId v, VertexId used) -> void {
    if (v == graph.size()) {
      best = std::max(best, oracle_quality(graph, community, quality, resolution));
      return;
    }
    for (VertexId c = 0; c <= used; ++c) {
      community[v] = c;
      self(self, v + 1, std::max(used, c + 1));
    }
  };
  grow(grow, 0, 0);
  return best;
}

void expect_connected(CsrView graph, const std::vector<VertexId>& community) {
  std::vector<char> seen(graph.size(), 0);
  std::set<VertexId> started;
  for (VertexId start = 0; start < graph.size(); ++start) {
    if (seen[start] != 0) continue;
    EXPECT_TRUE(started.insert(community[start]).second) << "community in two parts";
    std::vector<VertexId> stack{start};
    seen[start] = 1;
    while (!stack.empty()) {
      const VertexId v = stack.back();
      stack.pop_back();
      for (const VertexId other : graph.neighbours(v)) {
        if (seen[other] != 0 || community[other] != community[v]) continue;
        seen[other] = 1;
        stack.push_back(other);
      }
    }
  }
}

Graph ring_of_cliques(VertexId cliques, VertexId size) {
  std::vector<WeightedEdge> edges;
  for (VertexId c = 0; c < cliques; ++c) {
    for (VertexId i = 0; i < size; ++i) {
      for (VertexId j = i + 1; j < size; ++j) edges.push_back({c * size + i, c * size + j, 1.0});
    }
    edges.push_back({c * size, ((c + 1) % cliques) * size + 1, 1.0});
  }
  return Graph::undirected(cliques * size, edges);
}

//  0 - 1       3 - 4
//   \ /         \ /      two triangles and a bridge
//    2 --------- 5
TEST(Leiden, SplitsTwoTriangles) {
  const std::vector<WeightedEdge> edges{{0, 1}, {0, 2}, {1, 2}, {3, 4}, {3, 5}, {4, 5}, {2, 5}};
  const auto graph = Graph::undirected(6, edges);
  const auto got = leiden(graph.view());
  EXPECT_EQ(got.community, (std::vector<VertexId>{0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(got.communities, 2U);
  EXPECT_NEAR(got.quality, 6.0 / 7.0 - 0.5, 1e-12);
  EXPECT_TRUE(got.converged);
}

TEST(Leiden, QualityMatchesTheSumOverPairs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    const auto graph = random_graph(20, 40, seed);
    std::mt19937 random(seed);
    std::vector<VertexId> community(20);
    for (auto& c : community) c = static_cast<VertexId>(random() % 5);
    for (const auto quality : {Quality::kModularity, Quality::kCpm}) {
      EXPECT_NEAR(partition_quality(graph.view(), community, quality, 0.7),
                  oracle_quality(graph.view(), community, quality, 0.7), 1e-12);
    }
  }
}

TEST(Leiden, ReachesTheBestOfAllPartitionsOnSmallGraphs) {
  int optimal = 0;
  int graphs = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(7, 6 + seed % 9, seed);
    for (const auto quality : {Quality::kModularity, Quality::kCpm}) {
      const double resolution = quality == Quality::kCpm ? 0.3 : 1.0;
      const double best = best_of_all(graph.view(), quality, resolution);
      const auto got =
          leiden(graph.view(), {.quality = quality, .resolution = resolution, .seed = seed});
      EXPECT_LE(got.quality, best + 1e-9);
      EXPECT_GE(got.quality, best - 0.05);
      ++graphs;
      optimal += got.quality > best - 1e-9 ? 1 : 0;
    }
  }
  EXPECT_GE(optimal, graphs * 9 / 10);
}

TEST(Leiden, FindsCliquesAndPlantedGroups) {
  const auto ring = ring_of_cliques(12, 6);
  const auto cliques = leiden(ring.view());
  for (VertexId v = 0; v < ring.size(); ++v) EXPECT_EQ(cliques.community[v], v / 6);
  const auto cpm = leiden(ring.view(), {.quality = Quality::kCpm, .resolution = 0.5});
  EXPECT_EQ(cpm.community, cliques.community);

  std::mt19937 random(5);
  std::vector<WeightedEdge> edges;
  for (VertexId u = 0; u < 400; ++u) {
    for (VertexId v = u + 1; v < 400; ++v) {
      const unsigned chance = u / 50 == v / 50 ? 300 : 10;  // of a thousand
      if (random() % 1000 < chance) edges.push_back({u, v, 1.0});
    }
  }
  const auto planted = Graph::undirected(400, edges);
  const auto groups = leiden(planted.view(), {.seed = 3});
  for (VertexId v = 0; v < 400; ++v) EXPECT_EQ(groups.community[v], v / 50);
}

TEST(Leiden, CommunitiesAreConnectedAndNumberedBySmallestMember) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(300, 250 + 20 * seed, seed);
    for (const double resolution : {0.05, 1.0, 5.0}) {
      const auto got = leiden(graph.view(), {.resolution = resolution, .seed = seed});
      expect_connected(graph.view(), got.community);
      VertexId next = 0;
      for (const VertexId c : got.community) {
        ASSERT_LE(c, next);
        next = std::max(next, c + 1);
      }
      EXPECT_EQ(next, got.communities);
      EXPECT_NEAR(got.quality,
                  oracle_quality(graph.view(), got.community, Quality::kModularity, resolution),
                  1e-9);
    }
  }
}

TEST(Leiden, SameSeedSameResultWhateverTheThreadsAndTheScaleOfWeights) {
  const auto edges = random_edges(2000, 9000, 7);
  const auto graph = Graph::undirected(2000, edges);
  const auto many = leiden(graph.view(), {.seed = 11});
  EXPECT_EQ(leiden(graph.view(), {.seed = 11}).community, many.community);
  const ThreadLimit one(1);
  EXPECT_EQ(leiden(graph.view(), {.seed = 11}).community, many.community);
  auto scaled = edges;
  for (auto& edge : scaled) edge.weight *= 1024.0;
  EXPECT_EQ(leiden(Graph::undirected(2000, scaled).view(), {.seed = 11}).community, many.community);
}

TEST(Leiden, EdgeCases) {
  EXPECT_TRUE(leiden(Graph().view()).community.empty());
  const auto lonely = leiden(Graph::undirected(3, {}).view());
  EXPECT_EQ(lonely.community, (std::vector<VertexId>{0, 1, 2}));
  const auto graph = Graph::undirected(3, std::vector<WeightedEdge>{{0, 2, 1.0}});
  EXPECT_EQ(leiden(graph.view()).community, (std::vector<VertexId>{0, 1, 0}));
  EXPECT_LE(leiden(graph.view(), {.max_rounds = 1}).rounds, 1);
}

TEST(Leiden, RefusesBadOptions) {
  const auto graph = random_graph(10, 20, 1);
  EXPECT_THROW((void)leiden(graph.view(), {.resolution = 0.0}), InvalidArgument);
  EXPECT_THROW((void)leiden(graph.view(), {.randomness = 0.0}), InvalidArgument);
  EXPECT_THROW((void)leiden(graph.view(), {.max_rounds = 0}), InvalidArgument);
  EXPECT_THROW((void)partition_quality(graph.view(), {}, Quality::kCpm, 1.0), InvalidArgument);
}

}  // namespace
}  // namespace lockstep
