#include "../engine/store/scan_merge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <tuple>

#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

using Row = std::tuple<ObjectId, TimeS, AccountId>;

/// Runs of encoded blocks as a scan reads them, and their rows.
struct Log {
  std::vector<ScanBlock> blocks;
  std::deque<std::string> bytes;
  std::vector<Row> rows;

  void add_run(std::int64_t day, std::uint64_t epoch, std::vector<ActionRow> run) {
    const auto key = [](const ActionRow& r) {
      return std::tuple(r.object, r.time, r.account, r.target);
    };
    std::sort(run.begin(), run.end(),
              [&](const auto& a, const auto& b) { return key(a) < key(b); });
    for (const auto& r : run) rows.emplace_back(r.object, r.time, r.account);
    for (std::size_t begin = 0; begin < run.size(); begin += kBlockRows) {
      const auto count = std::min(kBlockRows, run.size() - begin);
      bytes.push_back(encode_block(std::span(run).subspan(begin, count), BlockOrder::kByObject));
      blocks.push_back({day, epoch, run[begin].object, count, bytes.back()});
    }
  }
};

struct Shape {
  std::size_t rows = 0;  ///< a run
  std::uint32_t accounts = 0;
  std::uint32_t objects = 0;
  std::uint32_t seconds = 86'400;
  unsigned epochs_a_day = 1;
  unsigned days = 3;
  bool targets = false;
  bool hot = false;  ///< half of the rows on one object
};

Log random_log(const Shape& shape, unsigned seed) {
  std::mt19937 random(seed);
  Log log;
  for (unsigned d = 0; d < shape.days; ++d) {
    const std::int64_t day = static_cast<std::int64_t>(d) * 2 - 1;
    for (unsigned epoch = 1; epoch <= shape.epochs_a_day; ++epoch) {
      std::vector<ActionRow> run;
      for (std::size_t i = 0; i < shape.rows; ++i) {
        const auto below = [&](std::uint32_t n) {
          return static_cast<std::uint32_t>(random() % n);
        };
        const auto object = shape.hot && i % 2 == 0 ? shape.objects / 2 : below(shape.objects);
        run.push_back({day * kDaySeconds + below(shape.seconds), below(shape.accounts), object,
                       shape.targets ? below(4) : 0, 0});
      }
      log.add_run(day, epoch, std::move(run));
    }
  }
  return log;
}

[[noreturn]] void refuse(const ScanBlock&) { throw CorruptData("damaged"); }

std::vector<Row> rows_of(const ActionLog& log) {
  std::vector<Row> rows;
  for (std::size_t run = 0; run < log.object_count(); ++run) {
    EXPECT_LT(log.offsets()[run], log.offsets()[run + 1]);
    for (auto i = log.offsets()[run]; i < log.offsets()[run + 1]; ++i) {
      rows.emplace_back(log.objects()[run], log.times()[i], log.accounts()[i]);
    }
  }
  return rows;
}

void expect_merged(const Shape& shape, unsigned seed) {
  auto log = random_log(shape, seed);
  const ScanLimits limits{shape.accounts, shape.objects, refuse};
  const auto found = merge_blocks(log.blocks, limits, nullptr);
  std::sort(log.rows.begin(), log.rows.end());
  const auto all = log.rows.size();
  log.rows.erase(std::unique(log.rows.begin(), log.rows.end()), log.rows.end());
  EXPECT_EQ(found.duplicates, all - log.rows.size());
  EXPECT_EQ(found.log.account_count(), shape.accounts);
  EXPECT_TRUE(rows_of(found.log) == log.rows);
  const ThreadLimit one(1);
  const auto again = merge_blocks(log.blocks, limits, nullptr);
  EXPECT_TRUE(rows_of(again.log) == log.rows);
  EXPECT_EQ(again.duplicates, found.duplicates);
}

TEST(ScanMerge, GivesSortedDistinctRowsOfSmallLogs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    Shape shape{.rows = 1 + seed * 7, .accounts = 5 + seed, .objects = 1 + seed % 9};
    shape.seconds = seed % 4 == 0 ? 3 : 86'400;
    shape.epochs_a_day = 1 + seed % 3;
    shape.targets = seed % 5 == 0;
    shape.hot = seed % 7 == 0;
    if (seed % 6 == 0) shape.objects = 4'000'000'000U;  // fewer rows than ids: no tables by object
    expect_merged(shape, seed);
  }
}

TEST(ScanMerge, GivesSortedDistinctRowsAcrossRanges) {
  expect_merged({.rows = 300'000, .accounts = 1000, .objects = 200'000}, 1);
  expect_merged({.rows = 300'000, .accounts = 50, .objects = 900, .seconds = 600, .days = 2}, 2);
  expect_merged({.rows = 150'000, .accounts = 1000, .objects = 90'000, .epochs_a_day = 3}, 3);
  expect_merged({.rows = 300'000, .accounts = 9000, .objects = 70'000, .targets = true}, 4);
  expect_merged({.rows = 300'000, .accounts = 9000, .objects = 90'000, .hot = true}, 5);
  expect_merged({.rows = 300'000, .accounts = 9000, .objects = 4'000'000'000U, .hot = true}, 6);
}

TEST(ScanMerge, OfNothingIsAnEmptyLog) {
  const auto found = merge_blocks({}, {3, 0, refuse}, nullptr);
  EXPECT_TRUE(found.log.empty());
  EXPECT_EQ(found.log.object_count(), 0U);
  EXPECT_EQ(found.log.offsets().size(), 1U);
  EXPECT_EQ(found.log.account_count(), 3U);
}

TEST(ScanMerge, ReportsIdsThatTheStoreDoesNotHave) {
  const auto log = random_log({.rows = 500, .accounts = 40, .objects = 30}, 1);
  EXPECT_NO_THROW((void)merge_blocks(log.blocks, {40, 30, refuse}, nullptr));
  EXPECT_THROW((void)merge_blocks(log.blocks, {39, 30, refuse}, nullptr), CorruptData);
  EXPECT_THROW((void)merge_blocks(log.blocks, {40, 29, refuse}, nullptr), CorruptData);
}

TEST(ScanMerge, NoOrderOfRowsMakesItWriteOutOfBounds) {
  auto log = random_log({.rows = 9000, .accounts = 40, .objects = 30, .days = 2}, 3);
  std::mt19937 random(1);
  for (int trial = 0; trial < 20; ++trial) {  // as only a wrong program could have written it
    auto blocks = log.blocks;
    std::shuffle(blocks.begin(), blocks.end(), random);
    for (auto& block : blocks) block.day = trial % 2;
    try {
      (void)merge_blocks(blocks, {40, 30, refuse}, nullptr);
    } catch (const Error&) {
    }
  }
}

}  // namespace
}  // namespace lockstep
