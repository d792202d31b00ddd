#include "lockstep/graph_snapshot.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <numeric>
#include <string>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/edge_columns.h"
#include "support/snapshot_files.h"
#include "support/temporary_folder.h"

namespace lockstep {
namespace {

namespace fs = std::filesystem;

//  0 --> 1 --> 2
TEST(GraphSnapshot, KeepsASmallGraphAndItsLabel) {
  const TemporaryFolder folder;
  Edges edges;
  edges.add(0, 1, 2.5, 7);
  edges.add(1, 2, 1.0, 9);
  const auto graph = build_graph(3, edges.columns(true, true), kDirected).graph;
  const std::string text = "annbobcy";
  const std::vector<std::int64_t> offsets{0, 3, 6, 8};
  const auto path = snapshot_path(folder / "", 42);
  EXPECT_EQ(path.filename(), "00000000000000000042.csr");
  write_snapshot(path, graph.both_ways(), {42, {{}, offsets, text}});
  const auto opened = GraphSnapshot::open(path);
  EXPECT_EQ(opened.epoch(), 42U);
  EXPECT_EQ(opened.size(), 3U);
  EXPECT_EQ(opened.arc_count(), 2U);
  EXPECT_TRUE(opened.is_directed());
  EXPECT_FALSE(opened.is_compressed());
  EXPECT_EQ(opened.file_bytes(), fs::file_size(path));
  EXPECT_EQ(std::string(opened.ids().text.begin(), opened.ids().text.end()), text);
  EXPECT_EQ(copied(opened.ids().text_offsets), offsets);
  const auto kept = opened.graph();
  EXPECT_EQ(copied(kept.both_ways().out_times), (std::vector<TimeS>{7, 9}));
  EXPECT_TRUE(same_graph(kept.both_ways(), graph.both_ways()));
}

TEST(GraphSnapshot, RoundTripsEveryKindOfGraph) {
  const TemporaryFolder folder;
  const auto path = folder / "graph.csr";
  for (unsigned seed = 0; seed < 56; ++seed) {
    SCOPED_TRACE(seed);
    const auto& options = (seed & 1) != 0 ? kDirected : kUndirected;
    const auto graph = some_graph(options, (seed & 2) != 0, (seed & 4) != 0, seed);
    std::vector<std::int64_t> ids(graph.size());
    std::iota(ids.begin(), ids.end(), -9);
    write_snapshot(path, graph.both_ways(), {seed, {ids, {}, {}}});
    for (const auto check : {SnapshotCheck::kFull, SnapshotCheck::kHeader}) {
      const auto opened = GraphSnapshot::open(path, check);
      EXPECT_TRUE(same_graph(opened.graph().both_ways(), graph.both_ways()));
      EXPECT_EQ(copied(opened.ids().numbers), ids);
      EXPECT_EQ(opened.epoch(), seed);
    }
  }
}

TEST(GraphSnapshot, RoundTripsTheCompressedForm) {
  const TemporaryFolder folder;
  const auto path = folder / "graph.csr";
  for (const auto& options : {kDirected, kUndirected}) {
    const auto graph = some_graph(options, false, false);
    const CompressedGraph out(graph.view());
    const CompressedGraph in(graph.both_ways().in);
    write_snapshot(path, CompressedPair{out.view(), in.view(), options.directed});
    const auto opened = GraphSnapshot::open(path);
    EXPECT_TRUE(opened.is_compressed());
    EXPECT_EQ(opened.arc_count(), graph.view().arc_count());
    const auto& pair = opened.compressed();
    EXPECT_EQ(pair.directed, options.directed);
    for (VertexId v = 0; v < graph.size(); ++v) {
      std::vector<VertexId> row;
      for (const auto other : pair.in.neighbours(v)) row.push_back(other);
      ASSERT_EQ(row, copied(graph.both_ways().in.neighbours(v)));
    }
    EXPECT_EQ(copied(pair.out.codes), copied(out.view().codes));
    EXPECT_THROW((void)opened.graph(), InvalidArgument);
  }
  write_snapshot(path, some_graph(kDirected, false, false).both_ways());
  EXPECT_THROW((void)GraphSnapshot::open(path).compressed(), InvalidArgument);
}

TEST(GraphSnapshot, SameGraphSameBytesForAnyThreadCount) {
  const TemporaryFolder folder;
  const auto edges = random_edge_columns(50'000, 300'000, 1);
  const auto graph = build_graph(50'000, edges.columns(true, true), kDirected).graph;
  write_snapshot(folder / "many", graph.both_ways());
  const ThreadLimit one(1);
  write_snapshot(folder / "one", graph.both_ways());
  EXPECT_TRUE(content(folder / "many") == content(folder / "one"));
  EXPECT_TRUE(
      same_graph(GraphSnapshot::open(folder / "many").graph().both_ways(), graph.both_ways()));
}

TEST(GraphSnapshot, AnUndirectedGraphIsStoredOnce) {
  const TemporaryFolder folder;
  const auto graph = some_graph(kUndirected, true, false);
  write_snapshot(folder / "once", graph.both_ways());
  const auto arcs = graph.view().arc_count();
  EXPECT_LT(fs::file_size(folder / "once"), 12 * arcs + 8 * 501 + 5 * 4096);
}

TEST(GraphSnapshot, GraphsWithoutVerticesOrEdges) {
  const TemporaryFolder folder;
  for (const VertexId vertices : {0U, 1U, 4U}) {
    for (const bool directed : {false, true}) {
      const auto graph = build_graph(vertices, {}, {.directed = directed}).graph;
      write_snapshot(folder / "plain", graph.both_ways());
      const auto opened = GraphSnapshot::open(folder / "plain");
      EXPECT_EQ(opened.graph().size(), vertices);
      EXPECT_EQ(opened.graph().edge_count(), 0U);
      const CompressedGraph rows(graph.view());
      write_snapshot(folder / "codes", CompressedPair{rows.view(), rows.view(), directed});
      EXPECT_EQ(GraphSnapshot::open(folder / "codes").compressed().out.size(), vertices);
    }
  }
  write_snapshot(folder / "none", Graph().both_ways());
  EXPECT_EQ(GraphSnapshot::open(folder / "none").size(), 0U);
  write_snapshot(folder / "none", GraphView{});
  EXPECT_EQ(GraphSnapshot::open(folder / "none").size(), 0U);
}

TEST(GraphSnapshot, FindsTheLatestEpoch) {
  const TemporaryFolder folder;
  EXPECT_EQ(latest_snapshot(folder / "missing"), std::nullopt);
  EXPECT_EQ(latest_snapshot(folder / ""), std::nullopt);
  for (const std::uint64_t epoch : {9ULL, 100ULL, 20ULL}) {
    write_snapshot(snapshot_path(folder / "", epoch), Graph().both_ways(), {epoch, {}});
  }
  put(folder / "99999999999999999999.csr", "past 64 bits");
  put(folder / "00000000000000000x01.csr", "no number");
  put(folder / "00000000000000000999.csr.tmp-abc", "half written");
  EXPECT_EQ(latest_snapshot(folder / ""), 100U);
}

TEST(GraphSnapshot, AReplacedFileStaysAsItWasForWhoeverHasIt) {
  const TemporaryFolder folder;
  const auto path = folder / "graph.csr";
  const auto before = some_graph(kDirected, true, true, 1);
  write_snapshot(path, before.both_ways());
  const auto kept = GraphSnapshot::open(path).graph();
  write_snapshot(path, some_graph(kUndirected, false, false, 2).both_ways());
  EXPECT_TRUE(same_graph(kept.both_ways(), before.both_ways()));
  EXPECT_FALSE(GraphSnapshot::open(path).is_directed());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / ""), {}), 1) << "no file left behind";
}

/// Sums the neighbours of all vertices without a parallel loop: for a forked child.
std::uint64_t slow_sum(const Graph& graph) {
  const auto targets = graph.view().targets;
  return std::accumulate(targets.begin(), targets.end(), std::uint64_t{0});
}

TEST(GraphSnapshot, ProcessesReadItAtOnceWhileItIsReplaced) {
  const TemporaryFolder folder;
  const auto path = folder / "graph.csr";
  const auto graph = some_graph(kDirected, true, false);
  const auto want = slow_sum(graph);
  write_snapshot(path, graph.both_ways());
  std::vector<pid_t> children;
  for (int i = 0; i < 2; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      bool good = true;
      for (int round = 0; round < 200 && good; ++round) {
        const auto opened = GraphSnapshot::open(path, SnapshotCheck::kHeader);
        good = slow_sum(opened.graph()) == want;
      }
      ::_exit(good ? 0 : 1);
    }
    children.push_back(child);
  }
  for (std::uint64_t epoch = 0; epoch < 20; ++epoch) {
    write_snapshot(path, graph.both_ways(), {epoch, {}});
  }
  for (const pid_t child : children) {
    int status = -1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
}

}  // namespace
}  // namespace lockstep
