#include "lockstep/store_graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/graph_snapshot.h"
#include "lockstep/parallel.h"
#include "support/edge_columns.h"
#include "support/store_fixture.h"

namespace lockstep {
namespace {

constexpr TimeS kStart = 1'600'000'000;

//  a --> b (twice, first at 5 s)    a --> c    c --> c    d is only followed by a
TEST(StoreGraph, HoldsWhoActedUponWhom) {
  const TemporaryFolder folder;
  auto store = open_writer(folder / "store");
  ingest(store, "one",
         {{"retweet", "a", "x", kStart + 9, "b"},
          {"retweet", "a", "y", kStart + 5, "b"},
          {"retweet", "c", "x", kStart + 1, "c"}});
  ingest(store, "two",
         {{"retweet", "a", "x", kStart + 2, "c"},
          {"follow", "a", "z", kStart + 3, "d"},
          {"retweet", "a", "x", kStart + 3}});
  const auto [epoch, built] = store_graph(store, "retweet");
  EXPECT_EQ(epoch, 2U);
  EXPECT_EQ(built.self_loops, 1U);
  EXPECT_EQ(built.graph.size(), 4U) << "all accounts of the store";
  const auto id = [&](const char* name) { return *store.find_id(IdSpace::kAccount, name); };
  const auto& both = built.graph.both_ways();
  const auto row = copied(both.out.neighbours(id("a")));
  ASSERT_EQ(row.size(), 2U);
  const std::size_t b = row[0] == id("b") ? 0 : 1;
  EXPECT_EQ(row[b], id("b"));
  EXPECT_EQ(row[1 - b], id("c"));
  EXPECT_EQ(both.out.neighbour_weights(id("a"))[b], 2.0);
  EXPECT_EQ(both.out.neighbour_weights(id("a"))[1 - b], 1.0);
  EXPECT_EQ(both.out_times[both.out.offsets[id("a")] + b], kStart + 5);
  EXPECT_EQ(copied(both.in.neighbours(id("b"))), std::vector{id("a")});
  EXPECT_EQ(both.out.degree(id("c")), 0U);
  EXPECT_EQ(store_graph(store, "follow").built.graph.edge_count(), 1U);
}

TEST(StoreGraph, AgreesWithTheNeighboursOfEachAccount) {
  const TemporaryFolder folder;
  auto store = open_writer(folder / "store");
  std::mt19937 random(1);
  for (const char* job : {"one", "two", "three"}) {
    std::vector<Action> actions;
    for (int i = 0; i < 2'000; ++i) {
      const auto from = "a" + std::to_string(random() % 150);
      const auto to = "a" + std::to_string(random() % 150);
      actions.push_back({random() % 3 == 0 ? "follow" : "retweet", from, "o",
                         kStart + static_cast<TimeS>(random() % 100'000), to});
    }
    ingest(store, job, actions);
  }
  for (const char* kind : {"follow", "retweet"}) {
    const auto graph = store_graph(store, kind).built.graph;
    const auto& both = graph.both_ways();
    for (VertexId v = 0; v < graph.size(); ++v) {
      for (const auto direction : {Direction::kOut, Direction::kIn}) {
        const bool out = direction == Direction::kOut;
        const auto& rows = out ? both.out : both.in;
        auto want = store.neighbours(kind, v, direction);
        std::erase_if(want, [&](const StoredNeighbour& n) { return n.account == v; });
        ASSERT_EQ(rows.degree(v), want.size());
        for (std::size_t i = 0; i < want.size(); ++i) {
          const auto at = rows.offsets[v] + i;
          EXPECT_EQ(rows.targets[at], want[i].account);
          EXPECT_EQ(rows.weights[at], static_cast<double>(want[i].actions));
          EXPECT_EQ((out ? both.out_times : both.in_times)[at], want[i].first_s);
        }
      }
    }
    const ThreadLimit one(1);
    EXPECT_TRUE(same_graph(store_graph(store, kind).built.graph.both_ways(), both));
  }
}

TEST(StoreGraph, EdgeCases) {
  const TemporaryFolder folder;
  auto store = open_writer(folder / "store");
  EXPECT_THROW((void)store_graph(store, "retweet"), InvalidArgument);
  ingest(store, "one", {{"share", "a", "x", kStart}});
  const auto alone = store_graph(store, "share");
  EXPECT_EQ(alone.built.graph.size(), 1U);
  EXPECT_EQ(alone.built.graph.edge_count(), 0U);
  try {
    (void)store_graph(store, "folow");
    ADD_FAILURE() << "an unknown kind was taken";
  } catch (const InvalidArgument& error) {
    EXPECT_NE(std::string(error.what()).find("no kind 'folow'; it has share"), std::string::npos);
  }
  RunControl control;
  control.cancel();
  ingest(store, "two", {{"retweet", "a", "x", kStart, "b"}});
  EXPECT_THROW((void)store_graph(store, "retweet", &control), Interrupted);
}

TEST(StoreGraph, ASnapshotOfAReaderIsNamedByItsEpoch) {
  const TemporaryFolder folder;
  auto writer = open_writer(folder / "store");
  ingest(writer, "one", {{"retweet", "a", "x", kStart, "b"}});
  const auto reader = Store::open(folder / "store");
  ingest(writer, "two", {{"retweet", "b", "x", kStart, "a"}});
  const auto [epoch, built] = store_graph(reader, "retweet");
  EXPECT_EQ(epoch, 1U) << "what the reader has seen";
  EXPECT_EQ(built.graph.edge_count(), 1U);
  const auto path = store_snapshot_path(folder / "store", "..", epoch);
  EXPECT_EQ(path, folder / "store/snap/kind=../00000000000000000001.csr");
}

}  // namespace
}  // namespace lockstep
