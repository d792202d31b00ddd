#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>

#include "lockstep/error.h"
#include "lockstep/store.h"
#include "support/killed_child.h"
#include "support/store_contents.h"
#include "support/store_fixture.h"

namespace lockstep {
namespace {

constexpr TimeS kDay = 86'400;
constexpr TimeS kStart = 1'600'000'000 / kDay * kDay;
constexpr TimeS kDropped = 1'700'000'000;
constexpr const char* kStorePath = "LOCKSTEP_DROP_TEST_STORE";
const std::vector<std::string> kKinds{"retweet", "share_url", "follow"};

class StoreDrop : public ::testing::TestWithParam<unsigned> {
 protected:
  std::uint32_t draw(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }

  std::vector<Action> random_job() {
    std::vector<Action> rows;
    const auto first = draw(8);
    const auto days = 1 + draw(4);
    const auto count = draw(80);
    for (std::uint32_t i = 0; i < count; ++i) {
      Action row{kKinds[draw(3)], "a" + std::to_string(draw(15)), std::to_string(draw(20)),
                 kStart + static_cast<TimeS>(first + draw(days)) * kDay + draw(kDay)};
      if (draw(2) == 0) row.target = "a" + std::to_string(draw(15));
      rows.push_back(row);
    }
    return rows;
  }

  /// A store into which of each job only those rows went that no dropping took.
  Contents oracle(const std::filesystem::path& path) const {
    auto store = open_writer(path);
    for (std::size_t job = 0; job < kept_.size(); ++job) {
      ingest(store, std::to_string(job), kept_[job]);
    }
    return contents_of(store);
  }

  void drop(Store& store, TimeS before) {
    const auto midnight = before / kDay * kDay;
    std::uint64_t jobs = 0;
    for (auto& rows : kept_) {
      const auto gone = std::erase_if(rows, [&](const Action& a) { return a.time < midnight; });
      jobs += gone > 0 ? 1 : 0;
    }
    const auto rows = store.rows_before(before);
    const auto numbers = store.drops().size();
    const auto receipt = store.drop_before(before, kDropped);
    EXPECT_EQ(receipt.rows, rows);
    EXPECT_EQ(receipt.jobs, jobs);
    EXPECT_EQ(receipt.before_s, midnight);
    EXPECT_EQ(receipt.number, rows == 0 ? 0 : numbers + 1);
    EXPECT_EQ(store.drops().size(), rows == 0 ? numbers : numbers + 1);
    EXPECT_EQ(store.rows_before(before), 0U);
  }

  std::mt19937 random_{GetParam()};
  std::vector<std::vector<Action>> kept_;
};

TEST_P(StoreDrop, LeavesWhatAStoreOfTheKeptDaysHolds) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  std::optional<Store> store(open_writer(path));
  for (int step = 0; step < 14; ++step) {
    SCOPED_TRACE(step);
    const auto choice = draw(10);
    if (choice < 5) {
      kept_.push_back(random_job());
      ingest(*store, std::to_string(kept_.size() - 1), kept_.back());
    } else if (choice < 8) {
      drop(*store, kStart + static_cast<TimeS>(draw(9)) * kDay + draw(kDay));
    } else if (choice < 9) {
      store->forget_names({}, kDropped);
      store->compact();
    } else {
      store.reset();
      store.emplace(open_writer(path));
    }
  }
  const auto want = oracle(folder / "oracle");
  EXPECT_EQ(contents_of(*store), want);
  const auto before = store->drops().size();
  store.reset();
  const auto reader = Store::open(path);
  EXPECT_EQ(contents_of(reader), want);
  EXPECT_EQ(reader.drops().size(), before);
  auto writer = open_writer(path);
  writer.compact();
  EXPECT_EQ(contents_of(writer), want);
  const auto report = writer.verify();
  EXPECT_TRUE(report.problems.empty()) << report.problems.front();
}

INSTANTIATE_TEST_SUITE_P(Seeds, StoreDrop, ::testing::Range(0U, 12U));

TEST(StoreDropping, KeepsReceiptsAndTakesLateRows) {
  const TemporaryFolder folder;
  auto store = open_writer(folder / "store");
  const std::vector<Action> rows{{"post", "u", "x", kStart}, {"post", "u", "x", kStart + kDay}};
  const auto receipt = ingest(store, "one", rows);
  EXPECT_EQ(store.drop_before(kStart + kDay, kDropped).rows, 1U);
  ASSERT_TRUE(store.find_job("one"));
  EXPECT_EQ(store.find_job("one")->accepted, receipt.accepted);
  EXPECT_EQ(store.epoch(), 1U);
  ingest(store, "late", {{"post", "u", "y", kStart}});
  EXPECT_EQ(store.scan("post", 0, kPastAll).log.size(), 2U);
  EXPECT_EQ(store.info().kinds[0].first_s, kStart);
  EXPECT_EQ(store.drop_before(kStart + 5 * kDay, kDropped).rows, 2U);
  EXPECT_EQ(store.info().actions, 0U);
  EXPECT_EQ(store.info().kinds[0].last_s, 0);
  EXPECT_EQ(store.drop_before(kStart + 5 * kDay, kDropped).number, 0U);
  const auto drops = store.drops();
  ASSERT_EQ(drops.size(), 2U);
  EXPECT_EQ(drops[1].epoch, 2U);
  EXPECT_EQ(drops[1].dropped_s, kDropped);
  ingest(store, "new", {{"post", "u", "x", kStart + 9 * kDay}});
  EXPECT_EQ(open_writer(folder / "none").rows_before(kStart), 0U);
  EXPECT_TRUE(store.verify().problems.empty());
  EXPECT_EQ(store.info().kinds[0].first_s, kStart + 9 * kDay);
}

TEST(StoreDropping, IsForOneWriterAndNotBesideAJob) {
  const TemporaryFolder folder;
  auto store = open_writer(folder / "store");
  ingest(store, "one", {{"post", "u", "x", kStart}});
  auto reader = Store::open(folder / "store");
  EXPECT_THROW(reader.drop_before(kStart, kDropped), StorageError);
  EXPECT_THROW(reader.compact(), StorageError);
  {
    const auto job = store.begin_job("two", "two");
    EXPECT_THROW(store.drop_before(kStart + kDay, kDropped), InvalidArgument);
    EXPECT_THROW(store.compact(), InvalidArgument);
  }
  RunControl stopped;
  stopped.cancel();
  EXPECT_THROW(store.drop_before(kStart + kDay, kDropped, &stopped), Interrupted);
  EXPECT_THROW(store.compact(false, &stopped), Interrupted);
  EXPECT_EQ(store.scan("post", 0, kPastAll).log.size(), 1U);
  EXPECT_EQ(store.drop_before(kStart + kDay, kDropped).rows, 1U);
}

TEST(StoreDropping, IsSeenByAReaderOnceItLooksAgain) {
  const TemporaryFolder folder;
  auto store = open_writer(folder / "store");
  std::vector<Action> rows;
  for (int i = 0; i < 3000; ++i) {
    rows.push_back({"post", "u" + std::to_string(i % 50), std::to_string(i), kStart + i % 3 * kDay,
                    "t" + std::to_string(i % 7)});
  }
  ingest(store, "all", rows);
  auto reader = Store::open(folder / "store");
  const auto before = contents_of(reader);
  store.drop_before(kStart + 2 * kDay, kDropped);
  store.compact();
  EXPECT_EQ(contents_of(reader), before);
  EXPECT_TRUE(reader.verify().problems.empty());
  reader.refresh();
  EXPECT_EQ(contents_of(reader), contents_of(store));
  EXPECT_EQ(reader.info().actions, 1000U);
  EXPECT_TRUE(reader.verify().problems.empty());
}

TEST(StoreDropping, GivesDiskSpaceBack) {
  const TemporaryFolder folder;
  auto store = open_writer(folder / "store");
  std::mt19937 random(1);
  for (int day = 0; day < 4; ++day) {
    std::vector<Action> rows;
    for (int i = 0; i < 50'000; ++i) {
      rows.push_back({"post", "u" + std::to_string(random() % 500), std::to_string(random() % 5000),
                      kStart + day * kDay + static_cast<TimeS>(random() % kDay)});
    }
    ingest(store, std::to_string(day), rows);
  }
  const auto bytes = [&] {
    const auto info = store.info();
    std::uint64_t sum = 0;
    for (const auto& family : info.families) {
      if (family.family == "segments" || family.family == "by_account") sum += family.bytes;
    }
    return sum;
  };
  const auto before = bytes();
  store.drop_before(kStart + 3 * kDay, kDropped);
  store.compact();
  EXPECT_LT(bytes(), before / 3);
  EXPECT_GT(bytes(), before / 6);
}

/// The rows of one day, whose job goes by the day's number.
std::vector<Action> rows_of_day(std::uint64_t day) {
  std::mt19937 random(static_cast<unsigned>(day));
  std::vector<Action> rows;
  for (std::size_t i = 0; i < 200; ++i) {
    rows.push_back({"retweet", "a" + std::to_string(random() % 500), std::to_string(i),
                    kStart + static_cast<TimeS>(day) * kDay + static_cast<TimeS>(random() % kDay),
                    "a" + std::to_string(random() % 50)});
  }
  return rows;
}

/// The child: before a day comes, all but the last three go, and names that only they had, until
/// it is killed.
[[noreturn]] void live_on(const char* path) {
  auto store = open_writer(path);
  while (true) {
    const auto day = store.epoch();
    store.drop_before(kStart + (static_cast<TimeS>(day) - 3) * kDay, kDropped);
    store.forget_names({}, kDropped);
    if (day % 3 == 0) store.compact();
    ingest(store, std::to_string(day), rows_of_day(day));
  }
}

TEST(StoreDropping, KilledAtAnyMomentItDroppedAllOrNothing) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  std::mt19937 random(11);
  for (int kill = 0; kill < 20; ++kill) {
    SCOPED_TRACE(kill);
    run_and_kill(kStorePath, path, std::chrono::milliseconds(100 + random() % 400));
    if (!std::filesystem::exists(path / "FORMAT")) continue;
    const auto store = open_writer(path);
    const auto report = store.verify();
    ASSERT_TRUE(report.problems.empty()) << report.problems.front();
    const auto days = static_cast<TimeS>(store.epoch());
    std::vector<Row> want;
    TimeS cut = 0;
    for (const auto& drop : store.drops()) cut = std::max(cut, drop.before_s);
    if (days > 4) {
      ASSERT_GE(cut, kStart + (days - 4) * kDay);
    }
    for (TimeS day = 0; day < days; ++day) {
      for (const auto& row : rows_of_day(static_cast<std::uint64_t>(day))) {
        if (row.time >= cut) want.emplace_back(row.kind, row.object, row.time, row.account);
      }
    }
    std::sort(want.begin(), want.end());
    ASSERT_EQ(contents_of(store).rows, want);
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      EXPECT_FALSE(entry.path().filename().string().starts_with("tmp.")) << entry.path();
    }
  }
  EXPECT_GE(open_writer(path).drops().size(), 3U);  // however slow the machine
}

}  // namespace
}  // namespace lockstep

int main(int argc, char** argv) {
  if (const char* path = std::getenv(lockstep::kStorePath)) lockstep::live_on(path);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
