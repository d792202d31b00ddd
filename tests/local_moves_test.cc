#include "../algorithms/community/local_moves.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "../algorithms/community/ground_level.h"
#include "lockstep/graph.h"

namespace lockstep {
namespace {

/// Passes from vertices apart to where none gains, no gain being too small.
int passes_until_still(const Graph& graph, Partition& partition) {
  Scale scale;
  const auto level = ground_level<std::uint32_t>(graph.view(), Quality::kModularity, 1.0, scale);
  partition.resize(graph.size());
  std::iota(partition.begin(), partition.end(), 0U);
  return move_vertices(level, partition, {.seed = 7});
}

// Vertices 2i and 2i + 1 are joined by their only edge, and always decide together.
//
//   0 - 1   2 - 3   4 - 5   ...
TEST(LocalMoves, PairsThatDecideTogetherDoNotChangePlacesForEver) {
  constexpr VertexId kPairs = 20'000;
  std::vector<VertexId> source;
  std::vector<VertexId> target;
  for (VertexId i = 0; i < kPairs; ++i) {
    source.push_back(2 * i);
    target.push_back(2 * i + 1);
  }
  const auto graph = build_graph(2 * kPairs, {source, target, {}}).graph;
  Partition partition;
  EXPECT_LT(passes_until_still(graph, partition), 10);
  for (VertexId i = 0; i < kPairs; ++i) ASSERT_EQ(partition[2 * i], partition[2 * i + 1]);
}

}  // namespace
}  // namespace lockstep
