#include "lockstep/algorithms/coaction.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_log.h"

namespace lockstep {
namespace {

using Found = std::map<std::pair<AccountId, AccountId>, std::pair<std::uint32_t, std::uint64_t>>;

// Slow and obvious: every two rows of a log against each other.
Found oracle(const Columns& columns, std::int64_t window_s, std::uint32_t min_objects,
             std::uint64_t* instances = nullptr) {
  std::map<std::pair<AccountId, AccountId>, std::pair<std::set<ObjectId>, std::uint64_t>> all;
  for (std::size_t i = 0; i < columns.accounts.size(); ++i) {
    for (std::size_t j = i + 1; j < columns.accounts.size(); ++j) {
      const auto a = columns.accounts[i];
      const auto b = columns.accounts[j];
      if (a == b || columns.objects[i] != columns.objects[j]) continue;
      if (std::abs(columns.times[i] - columns.times[j]) > window_s) continue;
      auto& [objects, pairs] = all[std::minmax(a, b)];
      objects.insert(columns.objects[i]);
      ++pairs;
      if (instances != nullptr) ++*instances;
    }
  }
  Found kept;
  for (const auto& [pair, counts] : all) {
    if (counts.first.size() < min_objects) continue;
    kept[pair] = {static_cast<std::uint32_t>(counts.first.size()), counts.second};
  }
  return kept;
}

Found as_map(const CoactionResult& result) {
  Found found;
  for (std::size_t i = 0; i < result.source.size(); ++i) {
    EXPECT_LT(result.source[i], result.target[i]);
    if (i != 0) {
      EXPECT_LT(std::tie(result.source[i - 1], result.target[i - 1]),
                std::tie(result.source[i], result.target[i]));
    }
    found[{result.source[i], result.target[i]}] = {result.objects[i], result.pairs[i]};
  }
  return found;
}

//  object 0:  a0 at 0    a1 at 60    a2 at 121
//  object 1:  a0 at 500  a1 at 440   a2 at 500
//  so a0-a1 meet on both (exactly a window apart), a0-a2 and a1-a2 on object 1 alone
TEST(Coaction, CountsObjectsWithinAnInclusiveWindow) {
  Columns columns;
  columns.add(0, 0, 0);
  columns.add(1, 0, 60);
  columns.add(2, 0, 121);
  columns.add(0, 1, 500);
  columns.add(1, 1, 440);
  columns.add(2, 1, 500);
  const Found two{{{0, 1}, {2, 2}}};
  EXPECT_EQ(as_map(coaction(columns.log(), {.window_s = 60, .min_objects = 2})), two);
  const Found one{{{0, 1}, {2, 2}}, {{0, 2}, {1, 1}}, {{1, 2}, {1, 1}}};
  EXPECT_EQ(as_map(coaction(columns.log(), {.window_s = 60, .min_objects = 1})), one);
}

TEST(Coaction, CountsAnObjectOnceHoweverOftenThePairMeetsOnIt) {
  Columns columns;
  for (TimeS t = 0; t < 5; ++t) {
    columns.add(0, 7, t);
    columns.add(1, 7, t);
  }
  const auto result = coaction(columns.log(), {.window_s = 60, .min_objects = 1});
  EXPECT_EQ(as_map(result), (Found{{{0, 1}, {1, 25}}}));
  EXPECT_EQ(result.pair_instances, 25U);
}

TEST(Coaction, MatchesAllPairsOnRandomLogs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto columns = random_columns(seed, 20 + 6 * seed, 5 + seed, 1 + seed / 2, 400);
    for (const std::int64_t window_s : {0, 1, 30, 1000}) {
      for (const std::uint32_t min_objects : {1U, 2U, 3U}) {
        std::uint64_t instances = 0;
        const auto want = oracle(columns, window_s, min_objects, &instances);
        const auto got =
            coaction(columns.log(), {.window_s = window_s, .min_objects = min_objects});
        EXPECT_EQ(as_map(got), want);
        EXPECT_EQ(got.pair_instances, instances);
      }
    }
  }
}

// The same for large logs: slides over the rows of each object, which are sorted.
Found sliding_oracle(const ActionLog& log, std::int64_t window_s, std::uint32_t min_objects) {
  Found all;
  for (std::size_t run = 0; run < log.object_count(); ++run) {
    std::map<std::pair<AccountId, AccountId>, std::uint64_t> here;
    for (auto i = log.offsets()[run]; i < log.offsets()[run + 1]; ++i) {
      for (auto j = i + 1; j < log.offsets()[run + 1]; ++j) {
        if (log.times()[j] - log.times()[i] > window_s) break;
        if (log.accounts()[i] == log.accounts()[j]) continue;
        ++here[std::minmax(log.accounts()[i], log.accounts()[j])];
      }
    }
    for (const auto& [pair, pairs] : here) {
      ++all[pair].first;
      all[pair].second += pairs;
    }
  }
  std::erase_if(all, [&](const auto& entry) { return entry.second.first < min_objects; });
  return all;
}

// Enough rows for several bands of accounts, accounts with more objects and with wider windows
// than a small entry counts, and a memory bound that takes the windows in many passes.
TEST(Coaction, MatchesOnLargeLogsWithAnyMemory) {
  for (unsigned seed = 0; seed < 3; ++seed) {
    SCOPED_TRACE(seed);
    const auto columns = random_columns(seed, 150'000, seed == 0 ? 60 : 3000, 900, 200'000);
    const auto log = columns.log();
    const auto want = sliding_oracle(log, 200, 2);
    ASSERT_GT(want.size(), 1000U);
    for (const std::uint64_t memory_bytes : {0ULL, 4ULL << 20, 3ULL << 30}) {
      const auto got = coaction(log, {.window_s = 200, .memory_bytes = memory_bytes});
      EXPECT_EQ(as_map(got), want);
      EXPECT_EQ(got.spilled, memory_bytes == 0);
    }
  }
}

//  accounts 0 .. 99: 700 actions each, on objects of their own
//  account 100: twice on each of 300 objects, alone but for three where account 7 joins it
TEST(Coaction, TakesAnAccountOfManyObjectsAndFewPartners) {
  Columns columns;
  for (AccountId account = 0; account < 100; ++account) {
    for (ObjectId i = 0; i < 700; ++i) columns.add(account, 1000 + account * 700 + i, 0);
  }
  for (ObjectId object = 0; object < 300; ++object) {
    columns.add(100, object, 0);
    columns.add(100, object, 1);
    if (object % 100 == 0) columns.add(7, object, 2);
  }
  const auto result = coaction(columns.log());
  EXPECT_EQ(as_map(result), (Found{{{7, 100}, {3, 6}}}));
  EXPECT_EQ(result.pair_instances, 6U);
}

TEST(Coaction, LeavesOutPopularObjectsAndListsThem) {
  std::size_t left_out = 0;
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto columns = random_columns(seed, 100 + 20 * seed, 40, 5 + seed, 400);
    std::map<ObjectId, std::uint64_t> actions;
    for (const auto object : columns.objects) ++actions[object];
    const std::uint64_t cap = 5 + seed % 20;
    Columns rest;
    for (std::size_t i = 0; i < columns.objects.size(); ++i) {
      if (actions[columns.objects[i]] > cap) continue;
      rest.add(columns.accounts[i], columns.objects[i], columns.times[i]);
    }
    std::uint64_t instances = 0;
    const auto want = oracle(rest, 30, 1, &instances);
    const auto got =
        coaction(columns.log(), {.window_s = 30, .min_objects = 1, .max_object_actions = cap});
    EXPECT_EQ(as_map(got), want);
    EXPECT_EQ(got.pair_instances, instances);
    std::erase_if(actions, [&](const auto& entry) { return entry.second <= cap; });
    std::map<ObjectId, std::uint64_t> listed;
    for (const auto& [object, count] : got.left_out) listed[object] = count;
    EXPECT_EQ(listed, actions);
    EXPECT_EQ(got.left_out.size(), actions.size());
    left_out += actions.size();
  }
  EXPECT_GT(left_out, 100U);
  EXPECT_TRUE(coaction(random_columns(1, 500, 9, 3, 50).log()).left_out.empty());
}

TEST(Coaction, CapThatLeavesOutEverythingLeavesNothing) {
  const auto result = coaction(random_columns(1, 500, 9, 3, 50).log(), {.max_object_actions = 1});
  EXPECT_EQ(result.source.size(), 0U);
  EXPECT_EQ(result.pair_instances, 0U);
  EXPECT_EQ(result.left_out.size(), 3U);
}

TEST(Coaction, SpilledResultsAreTheSame) {
  const auto columns = random_columns(3, 4000, 300, 40, 3000);
  const auto log = columns.log();
  const auto in_memory = coaction(log, {.window_s = 60, .min_objects = 1});
  const auto spilled = coaction(log, {.window_s = 60, .min_objects = 1, .memory_bytes = 0});
  EXPECT_FALSE(in_memory.spilled);
  EXPECT_TRUE(spilled.spilled);
  EXPECT_GT(in_memory.source.size(), 1000U);
  EXPECT_EQ(as_map(spilled), as_map(in_memory));
}

TEST(Coaction, ThreadsDoNotChangeIt) {
  const auto columns = random_columns(5, 60'000, 2000, 300, 20'000);
  const auto many = coaction(columns.log());
  const ThreadLimit one(1);
  const auto alone = coaction(columns.log());
  ASSERT_GT(many.source.size(), 100U);
  EXPECT_EQ(as_map(many), as_map(alone));
}

TEST(Coaction, RelabellingAccountsRelabelsPairs) {
  const auto columns = random_columns(8, 2000, 50, 30, 2000);
  auto turned = columns;
  for (auto& account : turned.accounts) account = 49 - account;
  Found want;
  for (const auto& [pair, counts] : as_map(coaction(columns.log()))) {
    want[{49 - pair.second, 49 - pair.first}] = counts;
  }
  ASSERT_FALSE(want.empty());
  EXPECT_EQ(as_map(coaction(turned.log())), want);
}

TEST(Coaction, TakesExtremeTimes) {
  Columns columns;
  columns.add(0, 0, std::numeric_limits<TimeS>::min());
  columns.add(1, 0, std::numeric_limits<TimeS>::max());
  EXPECT_EQ(coaction(columns.log(), {.min_objects = 1}).source.size(), 0U);
  columns.add(2, 0, std::numeric_limits<TimeS>::max() - 60);
  EXPECT_EQ(as_map(coaction(columns.log(), {.min_objects = 1})), (Found{{{1, 2}, {1, 1}}}));
}

TEST(Coaction, NothingComesOfNothing) {
  EXPECT_EQ(coaction(ActionLog()).source.size(), 0U);
  Columns one;
  one.add(0, 0, 0);
  one.add(0, 0, 0);
  EXPECT_EQ(coaction(one.log(), {.min_objects = 1}).source.size(), 0U);
}

TEST(Coaction, ReportsProgressToTheEnd) {
  const auto log = random_columns(5, 100'000, 2000, 300, 20'000).log();
  for (const std::uint64_t cap : {0ULL, 400ULL}) {
    RunControl control;
    (void)coaction(log, {.max_object_actions = cap}, &control);
    EXPECT_GT(control.total(), 0U);
    EXPECT_EQ(control.done(), control.total());
  }
}

TEST(Coaction, RefusesBadOptionsAndStopsWhenCancelled) {
  const auto log = random_columns(1, 100, 10, 5, 100).log();
  EXPECT_THROW((void)coaction(log, {.window_s = -1}), InvalidArgument);
  EXPECT_THROW((void)coaction(log, {.min_objects = 0}), InvalidArgument);
  EXPECT_THROW(
      (void)coaction(log,
                     {.min_objects = 1, .memory_bytes = 0, .spill_folder = "/nonexistent/folder"}),
      StorageError);
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)coaction(log, {}, &control), Interrupted);
}

TEST(ActionLog, SortsAndChecksItsColumns) {
  const auto columns = random_columns(2, 500, 20, 9, 50);
  const auto log = columns.log();
  std::multiset<std::tuple<ObjectId, TimeS, AccountId>> want;
  for (std::size_t i = 0; i < 500; ++i) {
    want.emplace(columns.objects[i], columns.times[i], columns.accounts[i]);
  }
  std::vector<std::tuple<ObjectId, TimeS, AccountId>> got;
  for (std::size_t run = 0; run < log.object_count(); ++run) {
    for (auto i = log.offsets()[run]; i < log.offsets()[run + 1]; ++i) {
      got.emplace_back(log.objects()[run], log.times()[i], log.accounts()[i]);
    }
  }
  EXPECT_TRUE(std::equal(want.begin(), want.end(), got.begin(), got.end()));
  const std::vector<AccountId> accounts{3};
  const std::vector<ObjectId> objects{0};
  const std::vector<TimeS> times{0, 1};
  EXPECT_THROW((void)ActionLog::from_columns(accounts, objects, times, 4), InvalidArgument);
  EXPECT_THROW((void)ActionLog::from_columns(accounts, objects, std::span(times).first(1), 3),
               InvalidArgument);
  EXPECT_THROW((void)ActionLog::from_sorted({0, 0}, std::vector<ObjectId>{1, 0}, {0, 0}, 1),
               InvalidArgument);
}

}  // namespace
}  // namespace lockstep
