#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/store.h"
#include "support/store_fixture.h"

namespace lockstep {
namespace {

constexpr TimeS kDay = 86'400;
constexpr TimeS kStart = 1'600'000'000 / kDay * kDay;
constexpr TimeS kLatest = kStart + 10'000 * kDay;
constexpr TimeS kNow = 1'700'000'000;

using Row = std::tuple<std::string, std::string, std::string, TimeS>;  // kind, account, object

std::vector<Row> rows_of(const Store& store) {
  std::vector<Row> rows;
  for (const auto& kind : store.kinds()) {
    const auto scan = store.scan(kind, 0, kLatest);
    const auto accounts = store.names(IdSpace::kAccount, scan.log.accounts());
    const auto objects = store.names(IdSpace::kObject, scan.log.objects());
    for (std::size_t run = 0; run < scan.log.object_count(); ++run) {
      for (auto i = scan.log.offsets()[run]; i < scan.log.offsets()[run + 1]; ++i) {
        rows.emplace_back(kind, accounts[i], objects[run], scan.log.times()[i]);
      }
    }
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

bool knows(const Store& store, IdSpace space, const std::string& name) {
  return store.find_id(space, name).has_value();
}

std::vector<std::string> problems_of(const Store& store) { return store.verify().problems; }

TEST(StoreForget, ForgetsWhatNoRowHas) {
  const TemporaryFolder folder;
  std::optional<Store> store(open_writer(folder / "store"));
  ingest(*store, "one",
         {{"follow", "old", "x", kStart, "whom"},
          {"post", "suspended", "y", kStart},
          {"post", "stays", "y", kStart + kDay},
          {"follow", "stays", "z", kStart + kDay, "target"}});
  store->drop_before(kStart + kDay, kNow);
  const auto before = rows_of(*store);
  const auto old = store->find_id(IdSpace::kAccount, "old");
  const std::vector<std::string> kept{"suspended", "unknown"};
  const auto receipt = store->forget_names(kept, kNow);
  EXPECT_EQ(receipt.accounts, 2U);  // old, and whom it followed
  EXPECT_EQ(receipt.objects, 1U);
  EXPECT_EQ(std::pair(receipt.number, receipt.drop), std::pair(std::uint64_t{1}, std::uint64_t{1}));
  for (const auto* name : {"suspended", "stays", "target"}) {
    EXPECT_TRUE(knows(*store, IdSpace::kAccount, name)) << name;
  }
  EXPECT_FALSE(knows(*store, IdSpace::kAccount, "old"));
  EXPECT_FALSE(knows(*store, IdSpace::kAccount, "whom"));
  EXPECT_FALSE(knows(*store, IdSpace::kObject, "x"));
  EXPECT_EQ(store->names(IdSpace::kAccount, std::vector{*old})[0], "");
  EXPECT_EQ(rows_of(*store), before);
  EXPECT_EQ(problems_of(*store), std::vector<std::string>{});

  const auto accounts = store->info().accounts;
  ingest(*store, "two", {{"post", "old", "x", kStart + 2 * kDay}});
  EXPECT_EQ(store->find_id(IdSpace::kAccount, "old"), accounts) << "ids are never given again";
  EXPECT_EQ(store->forget_names(kept, kNow).accounts, 0U);
  EXPECT_EQ(problems_of(*store), std::vector<std::string>{});
  store.reset();
  const auto reader = Store::open(folder / "store");
  EXPECT_EQ(reader.forgettings().size(), 2U);
  EXPECT_EQ(reader.forgettings()[0].objects, 1U);
  EXPECT_EQ(reader.forgettings()[0].forgotten_s, kNow);
  EXPECT_EQ(problems_of(reader), std::vector<std::string>{});
}

TEST(StoreForget, KeepsTheNamesOfAllRowsOnRandomStores) {
  for (unsigned seed = 0; seed < 3; ++seed) {
    SCOPED_TRACE(seed);
    const TemporaryFolder folder;
    auto store = open_writer(folder / "store");
    std::mt19937 random(seed);
    std::vector<Action> left;
    std::uint64_t given = 0;
    for (int job = 0; job < 6; ++job) {
      std::vector<Action> rows;
      for (int i = 0; i < 900; ++i) {
        Action row{"post", "a" + std::to_string(random() % 3000), std::to_string(random() % 500),
                   kStart + (job + static_cast<TimeS>(random() % 3)) * kDay};
        if (random() % 2 == 0) row.target = "a" + std::to_string(random() % 3000);
        rows.push_back(row);
      }
      ingest(store, std::to_string(job), rows);
      left.insert(left.end(), rows.begin(), rows.end());
      const auto before = kStart + job * kDay;
      store.drop_before(before, kNow);
      std::erase_if(left, [&](const Action& a) { return a.time < before; });
      if (job % 2 == 0) continue;
      const std::vector<std::string> kept{"a7", "a8", "a9"};
      const auto known = rows_of(store);
      std::set<std::string> names;
      for (const auto& row : left) {
        names.insert(row.account);
        if (row.target) names.insert(*row.target);
      }
      for (const auto& name : kept) {
        if (knows(store, IdSpace::kAccount, name)) names.insert(name);
      }
      given += store.forget_names(kept, kNow).accounts;
      std::set<std::string> found;
      for (int i = 0; i < 3000; ++i) {
        const auto name = "a" + std::to_string(i);
        if (knows(store, IdSpace::kAccount, name)) found.insert(name);
      }
      EXPECT_EQ(found, names);
      EXPECT_EQ(store.info().accounts, names.size() + given);
      EXPECT_EQ(rows_of(store), known);
    }
    store.compact();
    EXPECT_EQ(problems_of(store), std::vector<std::string>{});
  }
}

TEST(StoreForget, AReaderSeesItOnceItLooksAgain) {
  const TemporaryFolder folder;
  auto store = open_writer(folder / "store");
  ingest(store, "one", {{"post", "u", "x", kStart}, {"post", "v", "y", kStart + kDay}});
  auto reader = Store::open(folder / "store");
  store.drop_before(kStart + kDay, kNow);
  store.forget_names({}, kNow);
  EXPECT_TRUE(knows(reader, IdSpace::kAccount, "u"));
  EXPECT_EQ(rows_of(reader).size(), 2U);
  reader.refresh();
  EXPECT_FALSE(knows(reader, IdSpace::kAccount, "u"));
  EXPECT_EQ(rows_of(reader).size(), 1U);
}

TEST(StoreForget, IsForOneWriterAndNotBesideAJob) {
  const TemporaryFolder folder;
  auto store = open_writer(folder / "store");
  ingest(store, "one", {{"post", "u", "x", kStart}});
  EXPECT_THROW((void)Store::open(folder / "store").forget_names({}, kNow), StorageError);
  RunControl stopped;
  stopped.cancel();
  EXPECT_THROW((void)store.forget_names({}, kNow, &stopped), Interrupted);
  const auto job = store.begin_job("two", "test");
  EXPECT_THROW((void)store.forget_names({}, kNow), InvalidArgument);
  EXPECT_EQ(store.forgettings().size(), 0U);
}

}  // namespace
}  // namespace lockstep
