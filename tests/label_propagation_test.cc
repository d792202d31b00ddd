#include "lockstep/algorithms/label_propagation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/graph_oracle.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

//  0 - 1       3 - 4
//   \ /         \ /      two triangles and a weak bridge
//    2 - - - - - 5
TEST(LabelPropagation, KeepsTwoTrianglesApart) {
  const std::vector<WeightedEdge> edges{{0, 1}, {0, 2}, {1, 2},     {3, 4},
                                        {3, 5}, {4, 5}, {2, 5, 0.1}};
  const auto got = label_propagation(Graph::undirected(6, edges).view(), {.tolerance = 0.0});
  EXPECT_EQ(got.community, (std::vector<VertexId>{0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(got.communities, 2U);
  EXPECT_TRUE(got.converged);
}

/// Whether no label weighs more around `v` than its own.
bool has_heaviest_label(CsrView graph, const std::vector<VertexId>& label, VertexId v) {
  std::vector<double> weight(graph.size(), 0.0);
  for (std::size_t i = 0; i < graph.degree(v); ++i) {
    weight[label[graph.neighbours(v)[i]]] += graph.weight(graph.offsets[v] + i);
  }
  return graph.degree(v) == 0 ||
         weight[label[v]] >= *std::max_element(weight.begin(), weight.end()) - 1e-12;
}

TEST(LabelPropagation, EndsWhereEachVertexHasAHeaviestLabel) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(150, 150 + 10 * seed, seed);
    const auto got = label_propagation(graph.view(), {.tolerance = 0.0, .seed = seed});
    ASSERT_TRUE(got.converged);
    for (VertexId v = 0; v < graph.size(); ++v) {
      ASSERT_TRUE(has_heaviest_label(graph.view(), got.community, v)) << "vertex " << v;
    }
    ASSERT_NEAR(got.quality,
                slow_quality(dense(graph.view()), got.community, Quality::kModularity, 1.0), 1e-12);
  }
}

TEST(LabelPropagation, FindsPlantedGroupsOfALargeGraph) {
  constexpr VertexId kGroup = 100;
  constexpr VertexId kVertices = 200 * kGroup;
  std::mt19937 random(1);
  std::vector<WeightedEdge> edges;
  for (VertexId v = 0; v < kVertices; ++v) {
    const VertexId first = v / kGroup * kGroup;
    for (int i = 0; i < 8; ++i) {
      const auto inside = static_cast<VertexId>(first + random() % kGroup);
      if (inside != v) edges.push_back({v, inside});
    }
    const auto other = static_cast<VertexId>(random() % kVertices);
    if (other != v) edges.push_back({v, other});
  }
  const auto graph = Graph::undirected(kVertices, edges);
  const auto got = label_propagation(graph.view());
  std::size_t with_first = 0;
  for (VertexId v = 0; v < kVertices; ++v) {
    with_first += got.community[v] == got.community[v / kGroup * kGroup] ? 1 : 0;
  }
  EXPECT_GT(with_first, 0.97 * kVertices);
  EXPECT_GT(got.communities, 150U);
  const ThreadLimit one(1);
  EXPECT_EQ(label_propagation(graph.view()).community, got.community);
}

TEST(LabelPropagation, StopsAtTheToleranceAndAtTheRounds) {
  const auto graph = random_graph(5000, 20'000, 1);
  EXPECT_EQ(label_propagation(graph.view(), {.tolerance = 0.99}).rounds, 1);
  const auto cut = label_propagation(graph.view(), {.tolerance = 0.0, .max_rounds = 1});
  EXPECT_EQ(cut.rounds, 1);
  EXPECT_FALSE(cut.converged);
}

TEST(LabelPropagation, EdgeCasesAndBadOptions) {
  EXPECT_TRUE(label_propagation(Graph().view()).community.empty());
  const auto lonely = label_propagation(Graph::undirected(3, {}).view());
  EXPECT_EQ(lonely.community, (std::vector<VertexId>{0, 1, 2}));
  EXPECT_EQ(lonely.communities, 3U);
  const auto graph = random_graph(10, 20, 1);
  for (const double bad : {-0.1, 1.0, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THROW((void)label_propagation(graph.view(), {.tolerance = bad}), InvalidArgument);
  }
  EXPECT_THROW((void)label_propagation(graph.view(), {.max_rounds = 0}), InvalidArgument);
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)label_propagation(graph.view(), {}, &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
