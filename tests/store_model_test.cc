#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <tuple>

#include "lockstep/error.h"
#include "lockstep/store.h"
#include "support/store_fixture.h"

namespace lockstep {
namespace {

using Key =
    std::tuple<std::string, std::string, TimeS, std::string>;  // kind, object, time, account

/// The store as a set: what was ever acknowledged.
struct Model {
  std::set<Key> actions;
  std::map<std::string, std::vector<Action>> jobs;  // by content hash, distinct rows only
};

constexpr TimeS kStart = 1'600'000'000;

class StoreModel : public ::testing::TestWithParam<unsigned> {
 protected:
  std::uint32_t draw(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }

  std::vector<Action> random_actions() {
    static const std::vector<std::string> kKinds{"retweet", "share_url", "follow"};
    std::vector<Action> actions;
    const auto rows = draw(60);
    for (std::uint32_t i = 0; i < rows; ++i) {
      Action action{kKinds[draw(3)], "a" + std::to_string(draw(25)), std::to_string(draw(30)),
                    kStart + draw(4 * 86'400)};
      if (draw(3) == 0) action.target = "a" + std::to_string(draw(40));
      actions.push_back(action);
      if (draw(8) == 0) actions.push_back(action);
      if (draw(8) == 0) action.target = "a" + std::to_string(draw(40)), actions.push_back(action);
    }
    // Rows of an earlier job come again, as in overlapping exports.
    if (!model_.jobs.empty() && draw(3) == 0) {
      const auto& earlier =
          std::next(model_.jobs.begin(), draw(static_cast<std::uint32_t>(model_.jobs.size())))
              ->second;
      actions.insert(actions.end(), earlier.begin(), earlier.end());
    }
    return actions;
  }

  void commit_job(Store& store) {
    const auto hash = "hash-" + std::to_string(draw(2000));
    if (model_.jobs.contains(hash)) {
      EXPECT_TRUE(store.find_job(hash));
      EXPECT_THROW((void)store.begin_job(hash, "again"), InvalidArgument);
      return;
    }
    auto actions = random_actions();
    const auto receipt = ingest(store, hash, actions);
    std::map<std::pair<Key, std::string>, Action> distinct;
    for (const auto& a : actions) {
      distinct.emplace(
          std::pair(Key{a.kind, a.object, a.time, a.account}, a.target.value_or("none")), a);
    }
    EXPECT_EQ(receipt.accepted, distinct.size());
    EXPECT_EQ(receipt.duplicates, actions.size() - distinct.size());
    auto& kept = model_.jobs[hash];
    for (const auto& [key, action] : distinct) {
      model_.actions.insert(key.first);
      kept.push_back(action);
    }
    EXPECT_EQ(receipt.epoch, model_.jobs.size());
  }

  void compare_scan(const Store& store) {
    for (const std::string kind : {"retweet", "share_url", "follow", "unknown"}) {
      const TimeS from = kStart + draw(3 * 86'400);
      const TimeS to = draw(4) == 0 ? from : from + draw(3 * 86'400);
      const auto scan = store.scan(kind, from, to);
      const auto objects = store.names(IdSpace::kObject, scan.log.objects());
      const auto accounts = store.names(IdSpace::kAccount, scan.log.accounts());
      std::vector<Key> got;
      for (std::size_t run = 0; run < scan.log.object_count(); ++run) {
        for (auto i = scan.log.offsets()[run]; i < scan.log.offsets()[run + 1]; ++i) {
          got.emplace_back(kind, objects[run], scan.log.times()[i], accounts[i]);
        }
      }
      std::sort(got.begin(), got.end());
      std::vector<Key> want;
      for (const auto& key : model_.actions) {
        if (std::get<0>(key) == kind && std::get<2>(key) >= from && std::get<2>(key) < to) {
          want.push_back(key);
        }
      }
      ASSERT_EQ(got, want);
    }
  }

  void compare_account(const Store& store) {
    const auto account = "a" + std::to_string(draw(45));
    const auto id = store.find_id(IdSpace::kAccount, account);
    const TimeS from = kStart + draw(2 * 86'400);
    std::set<Key> want;
    for (const auto& key : model_.actions) {
      if (std::get<3>(key) == account && std::get<2>(key) >= from) want.insert(key);
    }
    if (!id) {
      ASSERT_TRUE(want.empty());
      return;
    }
    std::set<Key> got;
    const auto kinds = store.kinds();
    for (const auto& action : store.account_actions(*id, from, kStart + 10 * 86'400)) {
      const std::vector<std::uint32_t> object{action.object};
      got.emplace(kinds[action.kind], store.names(IdSpace::kObject, object)[0], action.time,
                  account);
    }
    ASSERT_EQ(got, want);
  }

  void compare_neighbours(const Store& store) {
    for (const auto direction : {Direction::kOut, Direction::kIn}) {
      const auto account = "a" + std::to_string(draw(25));
      const auto id = store.find_id(IdSpace::kAccount, account);
      if (!id) continue;
      std::map<std::string, std::uint64_t> want;
      for (const auto& [hash, actions] : model_.jobs) {
        for (const auto& a : actions) {
          if (a.kind != "follow" || !a.target) continue;
          const auto& [from, to] = direction == Direction::kOut ? std::tie(a.account, *a.target)
                                                                : std::tie(*a.target, a.account);
          if (from == account) ++want[to];
        }
      }
      std::map<std::string, std::uint64_t> got;
      for (const auto& n : store.neighbours("follow", *id, direction)) {
        const std::vector<std::uint32_t> other{n.account};
        EXPECT_LE(n.first_s, n.last_s);
        got[store.names(IdSpace::kAccount, other)[0]] = n.actions;
      }
      ASSERT_EQ(got, want);
    }
  }

  void compare_info(const Store& store) {
    std::uint64_t rows = 0;
    for (const auto& [hash, actions] : model_.jobs) rows += actions.size();
    const auto info = store.info();
    ASSERT_EQ(info.actions, rows);
    ASSERT_EQ(info.epoch, model_.jobs.size());
    ASSERT_EQ(store.jobs().size(), model_.jobs.size());
  }

  std::mt19937 random_{GetParam()};
  Model model_;
};

TEST_P(StoreModel, AgreesWithASetThroughRandomOperations) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  std::optional<Store> writer(open_writer(path));
  std::optional<Store> reader(Store::open(path));
  for (int step = 0; step < 400 && !HasFatalFailure(); ++step) {
    const auto choice = draw(100);
    if (choice < 35) {
      commit_job(*writer);
    } else if (choice < 70) {
      const bool beside = draw(2) == 0;
      if (beside) reader->refresh();
      const Store& store = beside ? *reader : *writer;
      compare_scan(store);
      compare_account(store);
      compare_neighbours(store);
    } else if (choice < 90) {
      compare_info(*writer);
    } else if (choice < 96) {
      writer.reset();
      writer.emplace(open_writer(path));
    } else {
      reader.reset();
      reader.emplace(Store::open(path));
    }
  }
  const auto report = writer->verify();
  EXPECT_TRUE(report.problems.empty()) << report.problems.front();
  EXPECT_EQ(report.jobs, model_.jobs.size());
}

INSTANTIATE_TEST_SUITE_P(Seeds, StoreModel, ::testing::Range(0U, 5U));

TEST(Store, NumbersAndTheirTextAreOneIdAndOrderIsFirstSeen) {
  const TemporaryFolder folder;
  auto store = open_writer(folder / "store");
  ingest(store, "text", {{"share", "7", "x", kStart}, {"share", "007", "x", kStart}});
  auto job = store.begin_job("numbers", "numbers");
  const std::vector<std::int64_t> accounts{7, -3};
  const std::vector<std::int64_t> objects{1, 2};
  const std::vector<TimeS> times{kStart, kStart};
  const std::vector<std::uint16_t> kinds{0, 0};
  const std::vector<std::string> names{"share"};
  ActionBatch batch;
  batch.accounts.numbers = accounts;
  batch.objects.numbers = objects;
  batch.times = times;
  batch.kinds = kinds;
  batch.kind_names = names;
  EXPECT_TRUE(job.append(batch).empty());
  EXPECT_EQ(job.commit(0, 1).new_accounts, 1U);
  EXPECT_EQ(store.find_id(IdSpace::kAccount, "7"), 0U);
  EXPECT_EQ(store.find_id(IdSpace::kAccount, "007"), 1U);
  EXPECT_EQ(store.find_id(IdSpace::kAccount, "-3"), 2U);
  EXPECT_EQ(store.find_id(IdSpace::kAccount, "3"), std::nullopt);
  const std::vector<std::uint32_t> past{3};
  EXPECT_THROW((void)store.names(IdSpace::kAccount, past), InvalidArgument);
}

TEST(Store, KeepsEveryTargetAndGivesTheActionOnce) {
  const TemporaryFolder folder;
  auto store = open_writer(folder / "store");
  const auto receipt = ingest(store, "one",
                              {{"mention", "u", "post", kStart},
                               {"mention", "u", "post", kStart, "x"},
                               {"mention", "u", "post", kStart, "y"},
                               {"mention", "u", "post", kStart, "x"}});
  EXPECT_EQ(receipt.accepted, 3U);
  EXPECT_EQ(receipt.duplicates, 1U);
  const auto user = *store.find_id(IdSpace::kAccount, "u");
  EXPECT_EQ(store.neighbours("mention", user, Direction::kOut).size(), 2U);
  EXPECT_EQ(store.scan("mention", kStart, kStart + 1).log.size(), 1U);
  EXPECT_EQ(store.account_actions(user, kStart, kStart + 1).size(), 1U);
}

TEST(Store, RejectsRowsItCannotTakeAndKeepsTheRest) {
  const TemporaryFolder folder;
  auto store = open_writer(folder / "store");
  auto job = store.begin_job("bad", "bad");
  const auto rejected = append(job, {{"share", "good", "x", kStart},
                                     {"share", "", "x", kStart},
                                     {"share", "a", "\xff\xfe", kStart},
                                     {"share", std::string("a\0b", 3), "x", kStart},
                                     {"share", std::string(1025, 'a'), "x", kStart},
                                     {"share", "a", "x", std::numeric_limits<TimeS>::max()},
                                     {"share", "good", "y", kStart}});
  std::vector<std::pair<std::uint64_t, std::string>> got;
  for (const auto& row : rejected) got.emplace_back(row.row, row.reason);
  EXPECT_EQ(got, (std::vector<std::pair<std::uint64_t, std::string>>{
                     {1, "id"}, {2, "utf8"}, {3, "nul"}, {4, "id_too_long"}, {5, "time_range"}}));
  EXPECT_EQ(job.commit(5, 1).accepted, 2U);
  EXPECT_EQ(store.info().accounts, 1U);
  EXPECT_EQ(store.scan("share", kStart, kStart + 1).log.size(), 2U);
}

TEST(Store, RefusesBadBatchesAndSecondJobs) {
  const TemporaryFolder folder;
  auto store = open_writer(folder / "store");
  auto job = store.begin_job("one", "one");
  EXPECT_THROW((void)store.begin_job("two", "two"), InvalidArgument);
  EXPECT_THROW((void)append(job, {{"no word", "a", "x", kStart}}), InvalidArgument);
  EXPECT_THROW((void)append(job, {{"", "a", "x", kStart}}), InvalidArgument);
  const std::vector<TimeS> times{kStart};
  ActionBatch batch;
  batch.times = times;
  EXPECT_THROW((void)job.append(batch), InvalidArgument);
  EXPECT_THROW((void)store.neighbours("share", 0, Direction::kOut).at(0), std::out_of_range);
}

}  // namespace
}  // namespace lockstep
