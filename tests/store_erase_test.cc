#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "lockstep/error.h"
#include "lockstep/store.h"
#include "support/killed_child.h"
#include "support/store_contents.h"
#include "support/store_fixture.h"

namespace lockstep {
namespace {

constexpr TimeS kDay = 86'400;
constexpr TimeS kStart = 1'600'000'000 / kDay * kDay;
constexpr TimeS kNow = 1'700'000'000;
constexpr const char* kStorePath = "LOCKSTEP_ERASE_TEST_STORE";
const std::vector<std::string> kKinds{"retweet", "share_url", "follow"};

/// Rows as erasing should leave them: of others, and where one is the target without it, but for
/// those whose object is the account itself.
std::vector<Action> without(std::vector<Action> rows, const std::set<std::string>& erased) {
  std::erase_if(rows, [&](const Action& row) {
    const bool about = row.target && erased.contains(*row.target) && row.object == *row.target;
    return erased.contains(row.account) || about;
  });
  for (auto& row : rows) {
    if (row.target && erased.contains(*row.target)) row.target.reset();
  }
  return rows;
}

std::vector<std::string> problems_of(const Store& store) { return store.verify().problems; }

void expect_well(const Store& store) { EXPECT_EQ(problems_of(store), std::vector<std::string>{}); }

bool is_in_files(const std::filesystem::path& folder, const std::string& bytes) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    if (text.str().find(bytes) != std::string::npos) return true;
  }
  return false;
}

class StoreErase : public ::testing::TestWithParam<unsigned> {
 protected:
  std::uint32_t draw(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  std::string draw_account() { return "a" + std::to_string(draw(15)); }

  std::vector<Action> random_job() {
    std::vector<Action> rows;
    const auto count = draw(120);
    std::set<std::tuple<std::string, std::string, std::string, TimeS>> told;
    for (std::uint32_t i = 0; i < count; ++i) {
      Action row{kKinds[draw(3)], draw_account(), std::to_string(draw(20)),
                 kStart + static_cast<TimeS>(draw(5)) * kDay + draw(kDay)};
      if (row.kind == "follow") row.object = draw_account();
      if (draw(2) == 0) row.target = row.kind == "follow" ? row.object : draw_account();
      // A target that goes may leave two rows alike, which a job that never had it stores once.
      if (told.emplace(row.kind, row.account, row.object, row.time).second) rows.push_back(row);
    }
    return rows;
  }

  void erase(Store& store) {
    std::vector<std::string> accounts;
    std::set<std::string> fresh;
    for (std::uint32_t i = 0; i < 1 + draw(3); ++i) {
      const auto account = draw_account();
      const bool known = store.find_id(IdSpace::kAccount, account).has_value();
      if (!known && !erased_.contains(account)) continue;
      accounts.push_back(account);
      if (known) fresh.insert(account);
    }
    std::uint64_t rows = 0;
    std::uint64_t before = store.info().actions;
    const auto receipt = store.erase_accounts(accounts, kNow);
    EXPECT_EQ(receipt.accounts, fresh.size());
    erased_.insert(fresh.begin(), fresh.end());
    for (auto& job : kept_) {
      const auto left = without(job, erased_);
      rows += job.size() - left.size();
      job = left;
    }
    EXPECT_EQ(receipt.rows, rows);
    EXPECT_EQ(store.info().actions, before - rows);
    EXPECT_EQ(store.info().erased, erased_.size());
  }

  void drop(Store& store) {
    const auto before = kStart + static_cast<TimeS>(draw(6)) * kDay;
    for (auto& rows : kept_) std::erase_if(rows, [&](const Action& a) { return a.time < before; });
    store.drop_before(before, kNow);
    if (draw(2) == 0) store.forget_names({}, kNow);
  }

  void take(Store& store) {
    const auto rows = random_job();
    kept_.push_back(without(rows, erased_));
    const auto receipt = ingest(store, std::to_string(kept_.size() - 1), rows);
    EXPECT_EQ(receipt.erased, rows.size() - kept_.back().size());
    EXPECT_EQ(receipt.accepted, kept_.back().size());
  }

  std::mt19937 random_{GetParam()};
  std::vector<std::vector<Action>> kept_;
  std::set<std::string> erased_;
};

TEST_P(StoreErase, LeavesWhatAStoreThatNeverHadTheRowsHolds) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  std::optional<Store> store(open_writer(path));
  for (int step = 0; step < 14; ++step) {
    SCOPED_TRACE(step);
    const auto choice = draw(12);
    if (choice < 5) {
      take(*store);
    } else if (choice < 9) {
      erase(*store);
    } else if (choice < 10) {
      drop(*store);
    } else if (choice < 11) {
      store->compact();
    } else {
      store.reset();
      store.emplace(open_writer(path));
    }
    if (choice >= 5) expect_well(*store);
  }
  auto oracle = open_writer(folder / "oracle");
  for (std::size_t job = 0; job < kept_.size(); ++job) {
    ingest(oracle, std::to_string(job), kept_[job]);
  }
  const auto want = contents_of(oracle);
  EXPECT_EQ(contents_of(*store), want);
  store.reset();
  const auto reader = Store::open(path);
  EXPECT_EQ(contents_of(reader), want);
  expect_well(reader);
  for (const auto& account : erased_) {
    EXPECT_TRUE(reader.is_erased(account));
    EXPECT_FALSE(reader.find_id(IdSpace::kAccount, account));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, StoreErase, ::testing::Range(0U, 8U));

TEST(StoreErasing, TakesTheBytesToo) {
  // The last key of its family, and so mixed that no compression takes it apart.
  const std::string id = R"(~qX7#vK2!mZ9$rB4&wL6(nC8)pD1*sF3+tG5,yH0-uJ<aN>bQ?cE@dR[eS]T^)";
  for (const std::string key : {"", "a secret of the project"}) {
    SCOPED_TRACE(key);
    const TemporaryFolder folder;
    const auto path = folder / "store";
    const StoreOptions options{.mode = StoreMode::kWrite, .pseudonym_key = key};
    std::optional<Store> store(Store::open(path, options));
    ingest(*store, "one",
           {{"post", id, "its own post", kStart},
            {"follow", "u", id, kStart, id},
            {"post", "v", "seen by others", kStart, id},
            {"post", "u", "seen by others", kStart}});
    const auto stored = store->stored_name(IdSpace::kAccount, id);
    EXPECT_EQ(is_in_files(path, id), key.empty());
    const auto receipt = store->erase_accounts(std::vector{id}, kNow);
    EXPECT_EQ(receipt.rows, 2U);
    EXPECT_EQ(receipt.targets, 1U);
    EXPECT_EQ(receipt.objects, 2U);
    EXPECT_EQ(receipt.jobs, 1U);
    store->compact(true);
    store.reset();
    store.emplace(Store::open(path, options));
    store.reset();
    EXPECT_FALSE(is_in_files(path, stored));
    EXPECT_FALSE(is_in_files(path, id));
    store.emplace(Store::open(path, options));
    EXPECT_TRUE(store->is_erased(id));
    EXPECT_EQ(store->is_erased(stored), true);
    const auto again =
        ingest(*store, "two", {{"post", id, "x", kStart}, {"post", "w", "y", kStart}});
    EXPECT_EQ(again.erased, 1U);
    EXPECT_EQ(again.new_accounts, 1U);
    EXPECT_EQ(again.new_objects, 1U);
    expect_well(*store);
    store.reset();
    EXPECT_FALSE(is_in_files(path, stored));
    EXPECT_EQ(Store::open(path, {.pseudonym_key = key}).jobs()[1].erased, 1U);
  }
}

TEST(StoreErasing, LeavesOutAKindThatOnlyRowsOfTheErasedHave) {
  const TemporaryFolder folder;
  auto store = open_writer(folder / "store");
  const Action kept{"share_url", "b", "x", kStart};
  ingest(store, "first", {{"share_url", "a", "x", kStart}, kept});
  store.erase_accounts(std::vector<std::string>{"a"}, kNow);
  const auto receipt = ingest(store, "second", {{"retweet", "a", "x", kStart + kDay}, kept});
  EXPECT_EQ(receipt.erased, 1U);
  EXPECT_EQ(receipt.accepted, 1U);
  EXPECT_EQ(store.kinds(), std::vector<std::string>{"share_url"});
  expect_well(store);
}

TEST(StoreErasing, IsByPseudonymTooWhereThereIsAKey) {
  const TemporaryFolder folder;
  auto store =
      Store::open(folder / "store", {.mode = StoreMode::kWrite, .pseudonym_key = "secret"});
  ingest(store, "one", {{"post", "u", "x", kStart}, {"post", "v", "x", kStart}});
  const std::vector<std::string> names{store.stored_name(IdSpace::kAccount, "u")};
  EXPECT_EQ(store.erase_accounts(names, kNow).rows, 1U);
  EXPECT_TRUE(store.is_erased("u"));
  EXPECT_FALSE(store.is_erased("v"));
  EXPECT_EQ(store.erase_accounts(std::vector<std::string>{"u"}, kNow).number, 0U);
}

TEST(StoreErasing, RefusesWhatItCannotDoAndLeavesTheStoreAsItWas) {
  const TemporaryFolder folder;
  auto store = open_writer(folder / "store");
  ingest(store, "one", {{"post", "u", "x", kStart}, {"post", "v", "x", kStart, "u"}});
  const std::vector<std::string> known{"u"};
  EXPECT_THROW((void)store.erase_accounts(std::vector<std::string>{"u", "nobody"}, kNow),
               InvalidArgument);
  EXPECT_THROW((void)Store::open(folder / "store").erase_accounts(known, kNow), StorageError);
  RunControl stopped;
  stopped.cancel();
  EXPECT_THROW((void)store.erase_accounts(known, kNow, &stopped), Interrupted);
  {
    const auto job = store.begin_job("two", "two");
    EXPECT_THROW((void)store.erase_accounts(known, kNow), InvalidArgument);
  }
  EXPECT_EQ(store.erasures().size(), 0U);
  EXPECT_EQ(store.info().actions, 2U);
  auto reader = Store::open(folder / "store");
  EXPECT_EQ(store.erase_accounts(known, kNow).rows, 1U);
  EXPECT_EQ(reader.info().actions, 2U);
  EXPECT_TRUE(reader.find_id(IdSpace::kAccount, "u"));
  reader.refresh();
  EXPECT_EQ(reader.info().actions, 1U);
  EXPECT_FALSE(reader.find_id(IdSpace::kAccount, "u"));
  ASSERT_EQ(reader.erasures().size(), 1U);
  EXPECT_EQ(reader.erasures()[0].erased_s, kNow);
  EXPECT_EQ(reader.drops().size(), 0U) << "no day was dropped";
}

TEST(StoreErasing, RefusesADamagedBlock) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  {
    auto store = open_writer(path);
    std::vector<Action> rows;
    for (int i = 0; i < 40'000; ++i) {
      rows.push_back(
          {"post", "u" + std::to_string(i % 70), std::to_string(i % 500), kStart + i * 79});
    }
    ingest(store, "one", rows);
  }
  std::filesystem::path largest;
  for (const auto& entry : std::filesystem::directory_iterator(path / "events")) {
    if (entry.path().extension() != ".sst") continue;
    if (largest.empty() || entry.file_size() > std::filesystem::file_size(largest)) {
      largest = entry.path();
    }
  }
  {
    std::fstream file(largest, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(9000);
    file.write("damage", 6);
  }
  auto store = open_writer(path);
  EXPECT_THROW((void)store.erase_accounts(std::vector<std::string>{"u1"}, kNow), CorruptData);
  EXPECT_EQ(store.erasures().size(), 0U);
  EXPECT_FALSE(store.is_erased("u1"));
  EXPECT_TRUE(store.find_id(IdSpace::kAccount, "u1"));
}

/// The rows of one job of the child.
std::vector<Action> rows_of_job(std::uint64_t job) {
  std::vector<Action> rows;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const auto number = std::to_string(job) + "-" + std::to_string(i % 5);
    rows.push_back({"retweet", "a" + number, std::to_string(i % 50),
                    kStart + static_cast<TimeS>(i) * 997, "a" + std::to_string(i % 7)});
  }
  return rows;
}

/// The child: job after job comes, and one account of each is erased, until it is killed.
[[noreturn]] void live_on(const char* path) {
  auto store = open_writer(path);
  while (true) {
    const auto job = store.epoch();
    for (std::uint64_t before = store.erasures().size(); before < job; ++before) {
      store.erase_accounts(std::vector{"a" + std::to_string(before) + "-3"}, kNow);
    }
    ingest(store, std::to_string(job), rows_of_job(job));
    if (job % 3 == 0) store.compact();
  }
}

TEST(StoreErasing, KilledAtAnyMomentItErasedAllOrNothing) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  std::mt19937 random(5);
  for (int kill = 0; kill < 10; ++kill) {
    SCOPED_TRACE(kill);
    run_and_kill(kStorePath, path, std::chrono::milliseconds(100 + random() % 400));
    if (!std::filesystem::exists(path / "FORMAT")) continue;
    const auto store = open_writer(path);
    expect_well(store);
    std::set<std::string> erased;
    for (std::size_t i = 0; i < store.erasures().size(); ++i) {
      erased.insert("a" + std::to_string(i) + "-3");
    }
    ASSERT_GE(erased.size() + 1, store.epoch());
    std::vector<Row> want;
    for (std::uint64_t job = 0; job < store.epoch(); ++job) {
      for (const auto& row : without(rows_of_job(job), erased)) {
        want.emplace_back(row.kind, row.object, row.time, row.account);
      }
    }
    std::sort(want.begin(), want.end());
    ASSERT_EQ(contents_of(store).rows, want);
    EXPECT_EQ(store.info().erased, erased.size());
  }
  EXPECT_GE(open_writer(path).erasures().size(), 3U);
}

}  // namespace
}  // namespace lockstep

int main(int argc, char** argv) {
  if (const char* path = std::getenv(lockstep::kStorePath)) lockstep::live_on(path);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
