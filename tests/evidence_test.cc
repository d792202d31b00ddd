#include "lockstep/algorithms/evidence.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <tuple>

#include "lockstep/algorithms/coaction.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_log.h"

namespace lockstep {
namespace {

struct Row {
  TimeS source_time = 0;
  TimeS target_time = 0;
  std::uint64_t pairs = 0;
  std::uint64_t object_actions = 0;
  bool operator==(const Row&) const = default;
};

// Slow and obvious: for one edge, all rows against all rows, object by object.
std::map<ObjectId, Row> oracle(const Columns& c, AccountId a, AccountId b, TimeS window_s) {
  std::map<ObjectId, Row> found;
  for (std::size_t i = 0; i < c.accounts.size(); ++i) {
    for (std::size_t j = 0; j < c.accounts.size(); ++j) {
      if (c.accounts[i] != a || c.accounts[j] != b || c.objects[i] != c.objects[j]) continue;
      const TimeS lag = std::abs(c.times[i] - c.times[j]);
      if (lag > window_s) continue;
      Row& row = found[c.objects[i]];
      ++row.pairs;
      const auto key = [](TimeS s, TimeS t) { return std::tuple(std::abs(s - t), s, t); };
      if (row.pairs == 1 || key(c.times[i], c.times[j]) < key(row.source_time, row.target_time)) {
        row.source_time = c.times[i];
        row.target_time = c.times[j];
      }
    }
  }
  for (auto& [object, row] : found) {
    row.object_actions =
        static_cast<std::uint64_t>(std::count(c.objects.begin(), c.objects.end(), object));
  }
  return found;
}

TEST(Evidence, MatchesAllPairsOnRandomLogs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto columns = random_columns(seed, 150, 12, 10, 300);
    const std::vector<AccountId> source{0, 1, 0, 5};
    const std::vector<AccountId> target{1, 2, 3, 7};
    const auto got = evidence(columns.log(), source, target, 40);
    std::vector<std::map<ObjectId, Row>> by_edge(source.size());
    for (std::size_t i = 0; i < got.edge.size(); ++i) {
      if (i != 0) {
        EXPECT_LT(std::tie(got.edge[i - 1], got.object[i - 1]),
                  std::tie(got.edge[i], got.object[i]));
      }
      by_edge[got.edge[i]][got.object[i]] = {got.source_time_s[i], got.target_time_s[i],
                                             got.pairs[i], got.object_actions[i]};
    }
    for (std::size_t edge = 0; edge < source.size(); ++edge) {
      EXPECT_EQ(by_edge[edge], oracle(columns, source[edge], target[edge], 40));
    }
  }
}

TEST(Evidence, AccountsForEveryObjectAndPairThatProjectionCounted) {
  const auto log = random_columns(9, 20'000, 300, 100, 20'000).log();
  const auto edges = coaction(log, {.window_s = 30, .min_objects = 3});
  ASSERT_GT(edges.source.size(), 50U);
  const auto rows = evidence(log, edges.source.view(), edges.target.view(), 30);
  std::vector<std::uint32_t> objects(edges.source.size(), 0);
  std::vector<std::uint64_t> pairs(edges.source.size(), 0);
  for (std::size_t i = 0; i < rows.edge.size(); ++i) {
    ++objects[rows.edge[i]];
    pairs[rows.edge[i]] += rows.pairs[i];
    EXPECT_LE(std::abs(rows.source_time_s[i] - rows.target_time_s[i]), 30);
  }
  for (std::size_t edge = 0; edge < objects.size(); ++edge) {
    ASSERT_EQ(objects[edge], edges.objects[edge]);
    ASSERT_EQ(pairs[edge], edges.pairs[edge]);
  }
  const ThreadLimit one(1);
  EXPECT_EQ(evidence(log, edges.source.view(), edges.target.view(), 30).source_time_s,
            rows.source_time_s);
}

TEST(Evidence, SharedObjectsAreWhatProjectionCounts) {
  const auto log = random_columns(4, 20'000, 300, 100, 20'000).log();
  for (const std::uint64_t cap : {0U, 200U}) {
    const auto all = coaction(
        log,
        {.window_s = 30, .min_objects = 1, .max_object_actions = cap, .memory_bytes = 1 << 26});
    std::map<std::pair<AccountId, AccountId>, std::pair<std::uint32_t, std::uint64_t>> counted;
    for (std::size_t i = 0; i < all.source.size(); ++i) {
      counted[{all.source[i], all.target[i]}] = {all.objects[i], all.pairs[i]};
    }
    std::vector<AccountId> source, target;
    for (AccountId a = 0; a < 60; ++a) {
      for (AccountId b = a + 1; b < 60; ++b) {
        source.push_back(a);
        target.push_back(b);
      }
    }
    const auto found = shared_objects(log, source, target, 30, cap);
    std::size_t apart = 0;
    for (std::size_t i = 0; i < source.size(); ++i) {
      const auto known = counted.find({source[i], target[i]});
      const auto wanted =
          known == counted.end() ? std::pair<std::uint32_t, std::uint64_t>() : known->second;
      ASSERT_EQ(std::pair(found.objects[i], found.pairs[i]), wanted);
      apart += wanted.first == 0 ? 1 : 0;
    }
    EXPECT_GT(apart, 0U);
    EXPECT_LT(apart, source.size());
  }
}

TEST(Evidence, EmptyAndBadInput) {
  const auto log = random_columns(1, 50, 5, 5, 100).log();
  EXPECT_TRUE(evidence(log, {}, {}, 60).edge.empty());
  const std::vector<AccountId> known{0};
  const std::vector<AccountId> past{5};
  EXPECT_THROW((void)evidence(log, known, past, 60), InvalidArgument);
  EXPECT_THROW((void)evidence(log, known, {}, 60), InvalidArgument);
  EXPECT_THROW((void)evidence(log, known, known, -1), InvalidArgument);
  EXPECT_THROW((void)shared_objects(log, known, past, 60), InvalidArgument);
}

}  // namespace
}  // namespace lockstep
