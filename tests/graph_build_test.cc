#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "../bench/kronecker.h"
#include "lockstep/error.h"
#include "lockstep/graph.h"
#include "lockstep/parallel.h"
#include "support/edge_columns.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

/// A look as (row, target) -> (weight, time); absent weights are 1, absent times 0.
using Arcs = std::map<std::pair<VertexId, VertexId>, std::pair<double, TimeS>>;

Arcs arcs_of(const CsrView& view, std::span<const TimeS> times) {
  Arcs arcs;
  for (VertexId v = 0; v < view.size(); ++v) {
    const auto row = view.neighbours(v);
    EXPECT_TRUE(std::is_sorted(row.begin(), row.end()));
    for (auto i = view.offsets[v]; i < view.offsets[v + 1ULL]; ++i) {
      arcs[{v, view.targets[i]}] = {view.weight(i), times.empty() ? 0 : times[i]};
    }
  }
  EXPECT_EQ(arcs.size(), view.arc_count()) << "a repeat";
  return arcs;
}

/// What the builder must give, in a slow and obvious way.
struct Expected {
  Arcs out;
  Arcs in;
  std::uint64_t loops = 0;
  std::uint64_t repeats = 0;
};

Expected slow_build(const Edges& edges, bool directed, bool weighted, bool timed) {
  Expected want;
  const auto add = [&](Arcs& arcs, VertexId row, VertexId target, std::size_t i) {
    const double weight = weighted ? edges.weight[i] : 1.0;
    const TimeS time = timed ? edges.time[i] : 0;
    const auto [at, fresh] = arcs.emplace(std::pair(row, target), std::pair(weight, time));
    if (fresh) return true;
    if (weighted) at->second.first += weight;
    at->second.second = std::min(at->second.second, time);
    return false;
  };
  for (std::size_t i = 0; i < edges.source.size(); ++i) {
    const auto u = edges.source[i];
    const auto v = edges.target[i];
    if (u == v) {
      ++want.loops;
      continue;
    }
    if (!add(want.out, u, v, i)) ++want.repeats;
    add(want.in, v, u, i);
    if (!directed) add(want.out, v, u, i);
  }
  if (!directed) want.in = want.out;
  return want;
}

//  0 --> 1 --> 2    3        0 --> 1 twice, at 9 s and at 5 s; 2 to itself
//  ^-----------/
TEST(GraphBuild, KeepsBothDirectionsOfADirectedGraph) {
  Edges edges;
  edges.add(0, 1, 1.0, 9);
  edges.add(1, 2, 2.0, 7);
  edges.add(0, 1, 0.5, 5);
  edges.add(2, 2, 8.0, 1);
  edges.add(2, 0, 4.0, 3);
  const auto built = build_graph(4, edges.columns(true, true), kDirected);
  EXPECT_EQ(built.self_loops, 1U);
  EXPECT_EQ(built.repeats, 1U);
  EXPECT_TRUE(built.graph.is_directed());
  EXPECT_EQ(built.graph.edge_count(), 3U);
  const auto& both = built.graph.both_ways();
  EXPECT_EQ(copied(both.out.offsets), (std::vector<EdgeIndex>{0, 1, 2, 3, 3}));
  EXPECT_EQ(copied(both.out.targets), (std::vector<VertexId>{1, 2, 0}));
  EXPECT_EQ(copied(both.out.weights), (std::vector<double>{1.5, 2.0, 4.0}));
  EXPECT_EQ(copied(both.out_times), (std::vector<TimeS>{5, 7, 3}));
  EXPECT_EQ(copied(both.in.offsets), (std::vector<EdgeIndex>{0, 1, 2, 3, 3}));
  EXPECT_EQ(copied(both.in.targets), (std::vector<VertexId>{2, 0, 1}));
  EXPECT_EQ(copied(both.in.weights), (std::vector<double>{4.0, 1.5, 2.0}));
  EXPECT_EQ(copied(both.in_times), (std::vector<TimeS>{3, 5, 7}));
}

TEST(GraphBuild, MatchesAMapOnRandomColumns) {
  for (unsigned seed = 0; seed < 96; ++seed) {
    SCOPED_TRACE(seed);
    const bool directed = (seed & 1) != 0;
    const bool weighted = (seed & 2) != 0;
    const bool timed = (seed & 4) != 0;
    // Also many vertices with few edges, and rows long enough for the counting sort.
    const VertexId vertices = seed % 3 == 0 ? 200'000 : 3 + seed;
    const auto edges = random_edge_columns(vertices, seed % 8 < 4 ? 20 * seed : 100 + seed, seed);
    const auto want = slow_build(edges, directed, weighted, timed);
    const auto got =
        build_graph(vertices, edges.columns(weighted, timed), directed ? kDirected : kUndirected);
    const auto& both = got.graph.both_ways();
    ASSERT_EQ(arcs_of(both.out, both.out_times), want.out);
    ASSERT_EQ(arcs_of(both.in, both.in_times), want.in);
    EXPECT_EQ(got.self_loops, want.loops);
    EXPECT_EQ(got.repeats, want.repeats);
    EXPECT_EQ(got.graph.size(), vertices);
    EXPECT_EQ(both.out.is_weighted(), weighted && !want.out.empty());
    EXPECT_EQ(both.out_times.empty(), !timed || want.out.empty());
  }
}

TEST(GraphBuild, MatchesAMapOverManyBuckets) {
  for (const bool weighted : {false, true}) {
    const auto edges = random_edge_columns(5'000, 150'000, 7);
    const auto want = slow_build(edges, false, weighted, weighted);
    const auto got = build_graph(5'000, edges.columns(weighted, weighted), kUndirected);
    const auto& both = got.graph.both_ways();
    EXPECT_TRUE(arcs_of(both.out, both.out_times) == want.out);
    EXPECT_EQ(got.repeats, want.repeats);
  }
}

TEST(GraphBuild, ColumnsAndEdgeListsGiveTheSameGraph) {
  const auto list = random_edges(300, 5'000, 3);
  Edges edges;
  for (const auto& [u, v, w] : list) edges.add(u, v, w, 0);
  EXPECT_TRUE(same_graph(Graph::undirected(300, list).both_ways(),
                         build_graph(300, edges.columns(true, false)).graph.both_ways()));
}

TEST(GraphBuild, ThreadsDoNotChangeIt) {
  const auto edges = random_edge_columns(30'000, 300'000, 5);
  for (const auto& options : {kDirected, kUndirected}) {
    const auto many = build_graph(30'000, edges.columns(true, true), options);
    const ThreadLimit one(1);
    const auto one_by_one = build_graph(30'000, edges.columns(true, true), options);
    EXPECT_TRUE(same_graph(many.graph.both_ways(), one_by_one.graph.both_ways()));
  }
}

TEST(GraphBuild, ThreadsDoNotChangeTheKroneckerEdges) {
  const auto many = kronecker(10, 64, 1);
  const auto other = kronecker(10, 64, 2);
  const ThreadLimit one(1);
  const auto again = kronecker(10, 64, 1);
  EXPECT_EQ(many.source, again.source);
  EXPECT_EQ(many.target, again.target);
  EXPECT_NE(many.source, other.source);
  EXPECT_LT(*std::max_element(many.source.begin(), many.source.end()), many.vertices);
  std::vector<VertexId> names;
  for (VertexId v = 0; v < 1U << 10; ++v) names.push_back(scrambled(v, 10, 1));
  std::sort(names.begin(), names.end());
  for (VertexId v = 0; v < names.size(); ++v) EXPECT_EQ(names[v], v);
}

TEST(GraphBuild, OneHubHoldsAll) {
  Edges star;
  for (VertexId v = 200'000; v > 0; --v) star.add(0, v, 1.0, v);
  const auto graph = build_graph(200'001, star.columns(false, false)).graph;
  EXPECT_EQ(graph.view().degree(0), 200'000U);
  EXPECT_EQ(graph.view().neighbours(0).front(), 1U);
  EXPECT_EQ(graph.view().neighbours(0).back(), 200'000U);
  EXPECT_EQ(graph.view().neighbours(77'777).front(), 0U);
}

TEST(GraphBuild, EdgeCases) {
  for (const bool directed : {false, true}) {
    const BuildOptions options{.directed = directed};
    EXPECT_EQ(build_graph(0, {}, options).graph.size(), 0U);
    const auto lonely = build_graph(3, {}, options).graph;
    EXPECT_EQ(lonely.size(), 3U);
    EXPECT_EQ(lonely.edge_count(), 0U);
    EXPECT_EQ(lonely.is_directed(), directed);
    EXPECT_EQ(lonely.view().degree(2), 0U);
  }
  Edges loops;
  for (int i = 0; i < 10; ++i) loops.add(1, 1, 1.0, 0);
  const auto none = build_graph(2, loops.columns(true, true), kUndirected);
  EXPECT_EQ(none.self_loops, 10U);
  EXPECT_EQ(none.graph.edge_count(), 0U);
  EXPECT_EQ(none.graph.view().degree(1), 0U);
  const Graph copy = none.graph;
  EXPECT_EQ(copy.view().offsets.data(), none.graph.view().offsets.data()) << "copies share";
}

TEST(GraphBuild, RowsAloneOutliveTheWholeGraph) {
  const auto edges = random_edge_columns(50, 200, 1);
  auto whole = build_graph(50, edges.columns(true, true), kDirected).graph;
  const auto want = build_graph(50, edges.columns(false, false), kDirected).graph;
  const auto rows = whole.rows_alone();
  EXPECT_EQ(rows.view().targets.data(), whole.view().targets.data());
  whole = {};
  EXPECT_TRUE(same_graph(rows.both_ways(), want.both_ways()));
}

void expect_refused(const EdgeColumns& edges, const std::string& words,
                    const BuildOptions& options = {}) {
  try {
    (void)build_graph(3, edges, options);
    ADD_FAILURE() << "taken, not refused with: " << words;
  } catch (const InvalidArgument& error) {
    EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
  }
}

TEST(GraphBuild, RefusesBadColumnsAndNamesTheFirstBadEdge) {
  const std::vector<VertexId> source{0, 1, 2};
  const std::vector<VertexId> target{1, 2, 3};
  const std::vector<VertexId> loops{1, 1, 2};
  const std::vector<VertexId> two{1, 2};
  const std::vector<double> nan{1.0, std::numeric_limits<double>::quiet_NaN(), 1.0};
  const std::vector<TimeS> time{1, 2};
  expect_refused({source, target}, "edge 2 (2, 3) names a vertex past the 3");
  expect_refused({source, loops}, "edge 1 (1, 1) is a self-loop");
  expect_refused({source, target}, "edge 2 (2, 3)", kDirected);
  expect_refused({source, two}, "different lengths: source 3, target 2");
  expect_refused({two, two, std::span(nan).first(1)}, "weight 1");
  expect_refused({two, two, {}, std::span(time).first(1)}, "time 1");
  expect_refused({source, loops, nan}, "edge 1 (1, 1) has weight nan", kUndirected);
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)build_graph(3, {two, loops}, kUndirected, &control), InvalidArgument);
  EXPECT_THROW((void)build_graph(3, {two, two}, kUndirected, &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
