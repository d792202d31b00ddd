#include "lockstep/graph.h"

#include <gtest/gtest.h>

#include <limits>
#include <map>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

//  0 -2- 1 -1- 2    3
TEST(Graph, BuildsBothWaysWithSortedRows) {
  const std::vector<WeightedEdge> edges{{2, 1, 1.0}, {0, 1, 2.0}};
  const auto graph = Graph::undirected(4, edges);
  const auto view = graph.view();
  EXPECT_EQ(graph.size(), 4U);
  EXPECT_EQ(graph.edge_count(), 2U);
  EXPECT_EQ(std::vector<EdgeIndex>(view.offsets.begin(), view.offsets.end()),
            (std::vector<EdgeIndex>{0, 1, 3, 4, 4}));
  EXPECT_EQ(std::vector<VertexId>(view.targets.begin(), view.targets.end()),
            (std::vector<VertexId>{1, 0, 2, 1}));
  EXPECT_EQ(view.neighbour_weights(1)[0], 2.0);
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
        EXPECT_DOUBLE_EQ(next->second, view.neighbour_weights(v)[i]);
      }
    }
  }
}

TEST(Graph, ThreadsDoNotChangeIt) {
  const auto edges = random_edges(5000, 40'000, 3);
  const auto many = Graph::undirected(5000, edges);
  const ThreadLimit one(1);
  const auto alone = Graph::undirected(5000, edges);
  EXPECT_TRUE(std::equal(many.view().weights.begin(), many.view().weights.end(),
                         alone.view().weights.begin(), alone.view().weights.end()));
}

TEST(Graph, RefusesBadEdgesAndTakesNone) {
  EXPECT_EQ(Graph::undirected(0, {}).size(), 0U);
  EXPECT_EQ(Graph::undirected(3, {}).edge_count(), 0U);
  const auto refused = [](WeightedEdge edge) {
    EXPECT_THROW((void)Graph::undirected(3, std::vector{edge}), InvalidArgument);
  };
  refused({0, 3, 1.0});
  refused({1, 1, 1.0});
  refused({0, 1, 0.0});
  refused({0, 1, -1.0});
  refused({0, 1, std::numeric_limits<double>::infinity()});
  refused({0, 1, std::numeric_limits<double>::quiet_NaN()});
}

}  // namespace
}  // namespace lockstep
