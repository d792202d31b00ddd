#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "../engine/store/staging.h"
#include "support/store_fixture.h"

namespace lockstep {
namespace {

constexpr TimeS kStart = 1'600'000'000;

using Told = std::tuple<std::string, TimeS, std::string, std::int64_t, std::string>;

/// A batch of rows, some of which are to be refused, and what is to become of each.
struct RandomBatch {
  TextColumn accounts;
  TextColumn targets;
  std::vector<std::uint8_t> has_target;
  std::vector<std::int64_t> objects;
  std::vector<TimeS> times;
  std::vector<std::uint16_t> kinds;
  std::vector<std::string> kind_names;
  std::vector<Told> taken;
  std::vector<std::pair<std::uint64_t, std::string>> refused;

  RandomBatch(std::size_t rows, std::vector<std::string> names, int bad, int with_target,
              unsigned seed)
      : kind_names(std::move(names)) {
    std::mt19937 random(seed);
    const auto draw = [&](int below) {
      return static_cast<int>(random() % static_cast<unsigned>(below));
    };
    for (std::size_t row = 0; row < rows; ++row) {
      const bool bad_account = draw(1000) < bad;
      const bool bad_target = draw(1000) < bad;
      const bool bad_time = draw(1000) < bad;
      const auto account = bad_account ? "" : "u" + std::to_string(draw(500));
      const auto target = bad_target ? std::string("\xff") : "t" + std::to_string(draw(50));
      const bool has = draw(100) < with_target;
      const auto time =
          bad_time ? kLatestTime : TimeS{draw(90'000'000)} - 300'000 + (draw(2) * kStart);
      const auto kind = static_cast<std::uint16_t>(draw(static_cast<int>(kind_names.size())));
      accounts.add(account);
      targets.add(target);
      has_target.push_back(has ? 1 : 0);
      objects.push_back(draw(300));
      times.push_back(time);
      kinds.push_back(kind);
      const char* reason = bad_account         ? "id"
                           : bad_target && has ? "utf8"
                           : bad_time          ? "time_range"
                                               : nullptr;
      if (reason != nullptr) {
        refused.emplace_back(row, reason);
      } else {
        taken.emplace_back(kind_names[kind], time, account, objects.back(), has ? target : "");
      }
    }
  }

  [[nodiscard]] ActionBatch batch(bool targets_given) const {
    ActionBatch batch;
    batch.accounts = accounts.view();
    batch.objects.numbers = objects;
    if (targets_given) {
      batch.targets = targets.view();
      batch.has_target = has_target;
    }
    batch.times = times;
    batch.kinds = kinds;
    batch.kind_names = kind_names;
    return batch;
  }
};

void expect_refused(const std::vector<RejectedRow>& got, const RandomBatch& batch) {
  ASSERT_EQ(got.size(), batch.refused.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].row, batch.refused[i].first);
    EXPECT_EQ(got[i].reason, batch.refused[i].second);
  }
}

std::vector<Told> rows_of(const StagedRows& rows, const Staging& staging) {
  std::vector<Told> told;
  for (const auto& chunk : rows.chunks) {
    for (std::size_t i = 0; i < chunk.size(); ++i) {
      const auto& group = rows.groups[chunk.groups[i]];
      const auto target = chunk.target(i);
      told.emplace_back(staging.kinds()[group.kind], group.day * kDaySeconds + chunk.seconds[i],
                        staging.accounts().name(chunk.accounts[i]),
                        std::stoll(staging.objects().name(chunk.objects[i])),
                        target == 0 ? "" : staging.accounts().name(target - 1));
    }
  }
  return told;
}

TEST(Staging, KeepsWhatItTakesAsItCame) {
  for (const int bad : {0, 3, 500, 1000}) {
    SCOPED_TRACE(bad);
    Staging staging;
    std::vector<Told> want;
    const RandomBatch large(100'000, {"share", "follow", "like"}, bad, 30, 1);
    const RandomBatch plain(5'000, {"like", "share"}, 0, 0, 2);  // has_target is all 0
    const RandomBatch none(0, {"share"}, 0, 0, 3);
    expect_refused(staging.append(large.batch(true)), large);
    expect_refused(staging.append(plain.batch(true)), plain);
    expect_refused(staging.append(plain.batch(false)), plain);
    expect_refused(staging.append(none.batch(false)), none);
    for (const auto* batch : {&large, &plain, &plain}) {
      want.insert(want.end(), batch->taken.begin(), batch->taken.end());
    }
    EXPECT_EQ(staging.row_count(), want.size());
    EXPECT_EQ(staging.refused_rows(), !large.refused.empty());
    const auto rows = staging.take_rows();
    EXPECT_TRUE(rows_of(rows, staging) == want);
    EXPECT_EQ(rows.size(), want.size());
    EXPECT_EQ(rows.has_targets(), bad < 1000);
    std::set<KindDay> groups(rows.groups.begin(), rows.groups.end());
    EXPECT_EQ(groups.size(), rows.groups.size());
    std::set<std::pair<std::string, std::int64_t>> days;
    for (const auto& row : want) days.emplace(std::get<0>(row), day_of(std::get<1>(row)));
    EXPECT_EQ(groups.size(), days.size());
  }
}

TEST(StagedRows, DropsGroupsThatNoRowIsOf) {
  Staging staging;
  const RandomBatch batch(20'000, {"share", "follow"}, 0, 0, 4);
  expect_refused(staging.append(batch.batch(false)), batch);
  auto rows = staging.take_rows();
  auto want = rows_of(rows, staging);
  auto& chunk = rows.chunks[0];
  std::size_t kept = 0;
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    if (rows.groups[chunk.groups[i]].kind != 0) continue;
    chunk.move_row(i, kept++);
  }
  chunk.shrink(kept);
  std::erase_if(want, [](const Told& row) { return std::get<0>(row) != "share"; });
  rows.drop_empty_groups();
  EXPECT_TRUE(rows_of(rows, staging) == want);
  for (const auto& group : rows.groups) EXPECT_EQ(group.kind, 0);
  EXPECT_FALSE(want.empty());
}

}  // namespace
}  // namespace lockstep
