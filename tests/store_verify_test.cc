// What `verify` says of a store whose families were changed behind its back, checksums and all.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>

#include "../engine/store/block.h"
#include "../engine/store/layout.h"
#include "../engine/store/rocks.h"
#include "lockstep/store.h"
#include "support/store_fixture.h"

namespace lockstep {
namespace {

constexpr TimeS kStart = 1'600'000'000;

class StoreVerify : public ::testing::Test {
 protected:
  void SetUp() override {
    auto store = open_writer(path_);
    std::vector<Action> actions;
    for (int i = 0; i < 500; ++i) {
      actions.push_back({"follow", "a" + std::to_string(i % 50), "o" + std::to_string(i),
                         kStart + i, "a" + std::to_string(i % 7)});
    }
    ingest(store, "one", actions);
    ASSERT_TRUE(store.verify().problems.empty());
  }

  /// Puts a changed value, or none, in the place of the first of a family.
  void change_first(Family family,
                    const std::function<std::optional<std::string>(std::string_view key,
                                                                   std::string value)>& change) {
    const Database database(path_ / "events", families(), Database::Mode::kWrite);
    std::string key;
    std::string value;
    {
      const auto iterator = database.iterate(family);
      iterator->SeekToFirst();
      ASSERT_TRUE(iterator->Valid());
      key = iterator->key().ToString();
      value = iterator->value().ToString();
    }
    auto* const handle = database.family(family);
    if (const auto changed = change(key, value)) {
      ASSERT_TRUE(database.db().Put({}, handle, key, *changed).ok());
    } else {
      ASSERT_TRUE(database.db().Delete({}, handle, key).ok());
    }
  }

  void expect_problem_about(const std::string& word) {
    const auto problems = open_writer(path_).verify().problems;
    ASSERT_FALSE(problems.empty());
    EXPECT_NE(problems.front().find(word), std::string::npos) << problems.front();
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "store";
};

TEST_F(StoreVerify, NoticesARowThatIsAnother) {
  change_first(kSegments, [](std::string_view key, const std::string& value) {
    std::vector<ActionRow> rows;
    const auto kind = BlockKey::parse(key)->kind;
    EXPECT_TRUE(decode_block(value, BlockOrder::kByObject, kind, rows));
    rows.back().account ^= 1;
    return encode_block(rows, BlockOrder::kByObject);
  });
  expect_problem_about("segments");
}

TEST_F(StoreVerify, NoticesABlockThatIsGone) {
  change_first(kByAccount, [](auto, auto) { return std::nullopt; });
  expect_problem_about("by_account");
}

TEST_F(StoreVerify, NoticesABlockThatDoesNotDecode) {
  change_first(kSegments, [](auto, std::string value) {
    value[value.size() / 2] = static_cast<char>(value[value.size() / 2] ^ 4);
    return value;
  });
  expect_problem_about("segments, kind 0");
}

TEST_F(StoreVerify, BlamesNoJobThatItCouldNotRead) {
  std::vector<rocksdb::LiveFileMetaData> files;
  std::vector<Action> many;  // blocks enough that opening the store reads none of the first ones
  for (int i = 0; i < 20'000; ++i) {
    many.push_back({"follow", "a" + std::to_string(i % 50), "p" + std::to_string(i), kStart});
  }
  {
    auto store = open_writer(path_);
    ingest(store, "two", many);
    ingest(store, "three", {{"follow", "a1", "o1", kStart + 600}});
  }
  {
    const Database database(path_ / "events", families(), Database::Mode::kWrite);
    database.db().GetLiveFilesMetaData(&files);
  }
  std::erase_if(files, [](const auto& file) { return file.column_family_name != "by_account"; });
  ASSERT_GE(files.size(), 3U);
  const auto& of_two =
      std::max_element(files.begin(), files.end(), [](const auto& a, const auto& b) {
        return a.size < b.size;
      })->name;
  {
    std::fstream file(path_ / "events" / of_two.substr(1), std::ios::in | std::ios::out);
    ASSERT_TRUE(file.seekp(40).write("damage", 6).good());
  }
  const auto problems = Store::open(path_).verify().problems;
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_NE(problems[0].find("by_account"), std::string::npos) << problems[0];
  EXPECT_EQ(problems[0].find("job"), std::string::npos) << problems[0];
}

TEST_F(StoreVerify, NoticesANeighbourTooMany) {
  for (const auto family : {kEdgesOut, kEdgesIn}) {
    change_first(family, [](auto, const std::string& value) {
      std::vector<StoredNeighbour> neighbours;
      EXPECT_TRUE(decode_neighbours(value, neighbours));
      ++neighbours.front().actions;
      return encode_neighbours(neighbours);
    });
    expect_problem_about("does not agree with its rows");
  }
}

TEST_F(StoreVerify, NoticesNamesThatDoNotAgreeWithIds) {
  change_first(kNames, [](auto, std::string value) {
    std::swap(value[value.size() - 1], value[value.size() - 3]);
    return value;
  });
  expect_problem_about("has another name");
}

TEST_F(StoreVerify, NoticesAnIdThatIsGone) {
  change_first(kIds, [](auto, auto) { return std::nullopt; });
  expect_problem_about("lead to an id");
}

TEST_F(StoreVerify, NoticesANameThatIsGoneAndWasNotForgotten) {
  change_first(kIds, [](auto, auto) { return std::nullopt; });
  change_first(kNames, [](auto, const std::string& value) {
    std::vector<std::string> names;
    EXPECT_TRUE(decode_names(value, names));
    names[0].clear();
    return encode_names(names);
  });
  expect_problem_about("49 names lead to an id, of 50");
  EXPECT_EQ(open_writer(path_).verify().problems.back(),
            "accounts: 1 ids are without a name, and 0 were forgotten");
}

}  // namespace
}  // namespace lockstep
