#include "lockstep/compressed_graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "../bench/kronecker.h"
#include "lockstep/parallel.h"
#include "support/edge_columns.h"

namespace lockstep {
namespace {

std::vector<VertexId> decoded(const CompressedView& graph, VertexId v) {
  std::vector<VertexId> row;
  for (const VertexId other : graph.neighbours(v)) row.push_back(other);
  return row;
}

void expect_round_trip(const AdjacencyView& graph) {
  const CompressedGraph compressed(graph);
  const auto view = compressed.view();
  ASSERT_EQ(view.size(), graph.size());
  EXPECT_EQ(view.arc_count(), graph.arc_count());
  EXPECT_EQ(first_damaged_list(view), std::nullopt);
  for (VertexId v = 0; v < graph.size(); ++v) {
    ASSERT_EQ(view.degree(v), graph.degree(v));
    ASSERT_EQ(decoded(view, v), copied(graph.neighbours(v)));
  }
}

//  1 -- 0 -- 300      vertex 0: degree 2; 1 is 1 further (2 in zigzag); gap 299 less 1, two digits
//  (the others alone)
TEST(CompressedGraph, WritesWhatTheFormatSays) {
  Edges edges;
  edges.add(0, 1);
  edges.add(300, 0);
  const auto graph = build_graph(301, edges.columns(false, false)).graph;
  const CompressedGraph compressed(graph.view());
  const auto codes = copied(compressed.view().codes);
  const std::vector<std::uint8_t> want{2, 2,    0xaa, 2,  // 0: 1 and 300
                                       1, 1,              // 1: back to 0
                                       1, 0xd7, 4,        // 300: 300 back
                                       0, 0,    0,    0, 0, 0, 0, 0};
  EXPECT_EQ(codes, want);
  EXPECT_EQ(compressed.view().degree(7), 0U);
  EXPECT_EQ(decoded(compressed.view(), 0), (std::vector<VertexId>{1, 300}));
}

TEST(CompressedGraph, RoundTripsRandomGraphs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const VertexId vertices = seed % 2 == 0 ? 50 : 70'000;
    const auto edges = random_edge_columns(vertices, 30 * seed, seed);
    const auto graph = build_graph(vertices, edges.columns(false, false), kDirected).graph;
    expect_round_trip(graph.view());
    expect_round_trip(graph.both_ways().in);
    const CompressedGraph out(graph.view());
    const CompressedGraph in(graph.both_ways().in);
    const auto again = decompressed({out.view(), in.view(), true});
    EXPECT_TRUE(same_graph(again.both_ways(), graph.both_ways()));
  }
}

TEST(CompressedGraph, TakesTheLargestIds) {
  constexpr VertexId kLast = 0xfffffffe;
  const std::vector<std::uint8_t> all = [] {
    // A list of vertex 0 that names 0 and the last vertex of all: the widest gap there is.
    std::vector<std::uint8_t> bytes{2, 0, 0xfd, 0xff, 0xff, 0xff, 0x0f};
    bytes.resize(bytes.size() + NeighbourCodes::kPadding);
    return bytes;
  }();
  std::vector<VertexId> row;
  const NeighbourCodes codes({all.data(), all.size() - NeighbourCodes::kPadding}, 0);
  for (const auto v : codes) row.push_back(v);
  EXPECT_EQ(row, (std::vector<VertexId>{0, kLast}));
}

TEST(CompressedGraph, ThreadsDoNotChangeIt) {
  const auto edges = kronecker(13, 8, 1);
  const auto graph = build_graph(edges.vertices, edges.columns(), kUndirected).graph;
  const CompressedGraph many(graph.view());
  const ThreadLimit one(1);
  const CompressedGraph again(graph.view());
  EXPECT_EQ(copied(many.view().codes), copied(again.view().codes));
  EXPECT_EQ(copied(many.view().offsets), copied(again.view().offsets));
  EXPECT_EQ(first_damaged_list(many.view()), std::nullopt);
  EXPECT_LT(many.view().codes.size(), 2 * graph.view().arc_count());
}

TEST(CompressedGraph, EdgeCases) {
  EXPECT_EQ(CompressedGraph().view().size(), 0U);
  EXPECT_EQ(first_damaged_list(CompressedGraph().view()), std::nullopt);
  expect_round_trip(build_graph(1, {}).graph.view());
  expect_round_trip(build_graph(5, {}).graph.view());
  EXPECT_EQ(first_damaged_list(CompressedView{}), 0U) << "no offsets";
}

/// Walks all lists of a view, whatever is in them; the sanitizers watch.
std::uint64_t walk(const CompressedView& graph) {
  std::uint64_t sum = 0;
  for (VertexId v = 0; v < graph.size(); ++v) {
    sum += graph.degree(v);
    for (const VertexId other : graph.neighbours(v)) sum += other;
  }
  return sum;
}

TEST(CompressedGraph, HostileBytesAreNoticedAndNeverReadPast) {
  const auto edges = random_edge_columns(40, 300, 1);
  const auto graph = build_graph(40, edges.columns(false, false), kUndirected).graph;
  const CompressedGraph good(graph.view());
  std::mt19937 random(3);
  int noticed = 0;
  for (int round = 0; round < 2'000; ++round) {
    // On the heap and of just this length, so that a byte too far is seen.
    std::vector<std::uint8_t> codes = copied(good.view().codes);
    for (unsigned i = 0; i <= random() % 4; ++i) {
      const auto lists = codes.size() - NeighbourCodes::kPadding;
      codes[random() % lists] = static_cast<std::uint8_t>(random() % 3 == 0 ? 0xff : random());
    }
    if (round % 10 == 0) std::fill(codes.begin(), codes.end(), std::uint8_t{0xff});
    const CompressedView view{good.view().offsets, codes, good.view().arc_count()};
    noticed += first_damaged_list(view) ? 1 : 0;
    (void)walk(view);
  }
  EXPECT_GT(noticed, 1'500) << "of changes that most often give no list";
}

TEST(CompressedGraph, NamesTheFirstDamagedList) {
  const auto edges = random_edge_columns(40, 300, 1);
  const auto graph = build_graph(40, edges.columns(false, false), kUndirected).graph;
  const CompressedGraph good(graph.view());
  const auto offsets = copied(good.view().offsets);
  const auto damaged = [&](VertexId v, std::size_t byte, std::uint8_t value) {
    auto codes = copied(good.view().codes);
    codes[offsets[v] + byte] = value;
    return first_damaged_list({offsets, codes, good.view().arc_count()});
  };
  EXPECT_EQ(damaged(9, 0, 0), 9U) << "a degree of none";
  EXPECT_EQ(damaged(9, 0, 0x7f), 9U) << "more neighbours than bytes";
  EXPECT_EQ(damaged(9, 1, 0x7f), 9U) << "a neighbour before vertex 0";
  EXPECT_EQ(damaged(9, 1, 0x7e), 9U) << "a neighbour past the last";
  EXPECT_EQ(damaged(30, 2, 0x80), 30U) << "digits without an end";
  auto crossed = offsets;
  std::swap(crossed[3], crossed[4]);
  EXPECT_EQ(first_damaged_list({crossed, good.view().codes, good.view().arc_count()}), 40U);
  EXPECT_EQ(first_damaged_list({offsets, good.view().codes, good.view().arc_count() + 1}), 40U);
  EXPECT_EQ(first_damaged_list({offsets, good.view().codes.first(20), 1}), 40U);
}

}  // namespace
}  // namespace lockstep
