#include "lockstep/graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <random>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

template <class T>
std::vector<T> copied(std::span<const T> values) {
  return {values.begin(), values.end()};
}

void expect_same(const Graph& a, const Graph& b) {
  EXPECT_EQ(copied(a.view().offsets), copied(b.view().offsets));
  EXPECT_EQ(copied(a.view().targets), copied(b.view().targets));
  EXPECT_EQ(copied(a.view().weights), copied(b.view().weights));
}

//  0 -2- 1 -1- 2    3
TEST(Graph, BuildsBothWaysWithSortedRows) {
  const std::vector<WeightedEdge> edges{{2, 1, 1.0}, {0, 1, 2.0}};
  const auto graph = Graph::undirected(4, edges);
  const auto view = graph.view();
  EXPECT_EQ(graph.size(), 4U);
  EXPECT_EQ(graph.edge_count(), 2U);
  EXPECT_EQ(copied(view.offsets), (std::vector<EdgeIndex>{0, 1, 3, 4, 4}));
  EXPECT_EQ(copied(view.targets), (std::vector<VertexId>{1, 0, 2, 1}));
  EXPECT_EQ(copied(view.weights), (std::vector<double>{2.0, 2.0, 1.0, 1.0}));
  EXPECT_EQ(view.degree(3), 0U);
}

TEST(Graph, MatchesAMapOnRandomEdges) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto edges = random_edges(20, 10 + 5 * seed, seed);
    std::map<std::pair<VertexId, VertexId>, double> want;
    for (const auto& [a, b, weight] : edges) {
      want[{a, b}] += weight;
      want[{b, a}] += weight;
    }
    const auto graph = Graph::undirected(20, edges);
    const auto view = graph.view();
    ASSERT_EQ(view.arc_count(), want.size());
    auto next = want.begin();
    for (VertexId v = 0; v < 20; ++v) {
      for (std::size_t i = 0; i < view.degree(v); ++i, ++next) {
        EXPECT_EQ(next->first, std::pair(v, view.neighbours(v)[i]));
        EXPECT_EQ(next->second, view.neighbour_weights(v)[i]) << "added in the order given";
      }
    }
  }
}

TEST(Graph, RelabellingRelabelsIt) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto edges = random_edges(30, 100, seed);
    std::vector<VertexId> label(30);
    std::iota(label.begin(), label.end(), 0U);
    std::shuffle(label.begin(), label.end(), std::mt19937(seed));
    auto renamed = edges;
    for (auto& edge : renamed) edge = {label[edge.target], label[edge.source], edge.weight};
    const auto graph = Graph::undirected(30, edges);
    const auto other = Graph::undirected(30, renamed);
    ASSERT_EQ(other.edge_count(), graph.edge_count());
    for (VertexId v = 0; v < 30; ++v) {
      const auto row = graph.view().neighbours(v);
      const auto there = other.view().neighbours(label[v]);
      ASSERT_EQ(there.size(), row.size());
      for (std::size_t i = 0; i < row.size(); ++i) {
        const auto at = std::lower_bound(there.begin(), there.end(), label[row[i]]);
        ASSERT_TRUE(at != there.end() && *at == label[row[i]]);
        EXPECT_EQ(
            other.view().neighbour_weights(label[v])[static_cast<std::size_t>(at - there.begin())],
            graph.view().neighbour_weights(v)[i]);
      }
    }
  }
}

TEST(Graph, ThreadsDoNotChangeIt) {
  const auto edges = random_edges(20'000, 100'000, 3);
  const auto many = Graph::undirected(20'000, edges);
  const ThreadLimit one(1);
  expect_same(many, Graph::undirected(20'000, edges));
}

TEST(Graph, EdgeCases) {
  EXPECT_EQ(Graph().size(), 0U);
  EXPECT_EQ(Graph::undirected(0, {}).size(), 0U);
  EXPECT_EQ(Graph::undirected(1, {}).size(), 1U);
  EXPECT_EQ(Graph::undirected(3, {}).edge_count(), 0U);
  const std::vector<WeightedEdge> repeats{{0, 1, 1.0}, {1, 0, 2.0}, {0, 1, 4.0}};
  const auto merged = Graph::undirected(2, repeats);
  EXPECT_EQ(merged.edge_count(), 1U);
  EXPECT_EQ(copied(merged.view().weights), (std::vector<double>{7.0, 7.0}));
  Graph emptied = Graph::undirected(2, repeats);
  const Graph taken = std::move(emptied);
  EXPECT_EQ(taken.edge_count(), 1U);
  EXPECT_EQ(emptied.size(), 0U);  // NOLINT(bugprone-use-after-move)
}

void expect_refused(const std::vector<WeightedEdge>& edges, const std::string& words) {
  try {
    (void)Graph::undirected(3, edges);
    ADD_FAILURE() << "taken, not refused with: " << words;
  } catch (const InvalidArgument& error) {
    EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
  }
}

TEST(Graph, RefusesBadEdgesAndNamesThem) {
  const double infinity = std::numeric_limits<double>::infinity();
  expect_refused({{0, 1, 1.0}, {0, 3, 1.0}}, "edge 1 (0, 3) names a vertex past the 3");
  expect_refused({{3, 0, 1.0}}, "edge 0 (3, 0) names a vertex past the 3");
  expect_refused({{1, 1, 1.0}}, "edge 0 (1, 1) is a self-loop");
  expect_refused({{0, 1, 0.0}}, "weight 0.0");
  expect_refused({{0, 1, -1.0}}, "weight -1.0");
  expect_refused({{0, 1, infinity}}, "weight inf");
  expect_refused({{0, 1, std::numeric_limits<double>::quiet_NaN()}}, "nan");
  expect_refused({{0, 1, std::numeric_limits<double>::denorm_min()}}, "not below 2.3e-308");
  expect_refused({{0, 1, 1.5e308}, {0, 1, 1.5e308}}, "overflows");
  std::vector<WeightedEdge> late(50'000, {0, 1, 1.0});
  late[20'000].source = 7;
  late[45'000].source = 8;
  expect_refused(late, "edge 20000 (7, 1)");
}

}  // namespace
}  // namespace lockstep
