#include "lockstep/algorithms/cascade_losses.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "lockstep/error.h"
#include "support/random_log.h"

namespace lockstep {
namespace {

constexpr std::uint32_t kNever = kNeverLost;

struct First {
  AccountId account;
  TimeS time;
};

// First actions on each object, by time.
std::vector<std::vector<First>> firsts(const Columns& columns) {
  std::map<ObjectId, std::map<AccountId, TimeS>> first;
  for (std::size_t i = 0; i < columns.accounts.size(); ++i) {
    auto& times = first[columns.objects[i]];
    const auto [place, fresh] = times.try_emplace(columns.accounts[i], columns.times[i]);
    if (!fresh) place->second = std::min(place->second, columns.times[i]);
  }
  std::vector<std::vector<First>> objects;
  for (const auto& [object, times] : first) {
    std::vector<First> rows;
    for (const auto& [account, time] : times) rows.push_back({account, time});
    std::stable_sort(rows.begin(), rows.end(),
                     [](const First& a, const First& b) { return a.time < b.time; });
    objects.push_back(rows);
  }
  return objects;
}

bool follows(const First& a, const First& b, TimeS horizon) {
  return b.time > a.time && b.time - a.time <= horizon;
}

// Slow and obvious: which rows are reached from others, once some accounts are gone.
std::vector<bool> reached(const std::vector<First>& rows, const std::vector<bool>& from,
                          const std::vector<bool>& there, TimeS horizon) {
  std::vector<bool> found(rows.size(), false);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!there[i]) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if ((from[j] || found[j]) && there[j] && follows(rows[j], rows[i], horizon)) found[i] = true;
    }
  }
  return found;
}

std::vector<std::uint32_t> oracle(const Columns& columns, const std::vector<std::uint8_t>& measured,
                                  const std::vector<std::uint32_t>& step, std::uint32_t steps,
                                  TimeS horizon) {
  std::vector<std::uint32_t> losses(columns.account_count, 0);
  for (const auto& rows : firsts(columns)) {
    const std::vector<bool> all(rows.size(), true);
    std::vector<bool> starts(rows.size()), members(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      members[i] = measured[rows[i].account] != 0;
      starts[i] = std::none_of(rows.begin(), rows.end(),
                               [&](const First& a) { return follows(a, rows[i], horizon); });
    }
    const auto audience = reached(rows, members, all, horizon);
    for (std::uint32_t gone = 0; gone <= steps; ++gone) {
      std::vector<bool> there(rows.size());
      for (std::size_t i = 0; i < rows.size(); ++i) there[i] = step[rows[i].account] > gone;
      const auto still = reached(rows, starts, there, horizon);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!audience[i] || members[i] || !still[i]) continue;
        auto& loss = losses[rows[i].account];
        loss = std::max(loss, gone == steps ? kNever : gone + 1);
      }
    }
  }
  return losses;
}

//  object 0 (horizon 10):  m0 at 0 - a2 at 5 - a3 at 12 | silence | a4 at 40 - m1 at 45 - a5 at 50
//  m0 starts the first cascade; a4 starts the second, which runs through m1.
TEST(CascadeLosses, FollowsChainsFromTheStart) {
  Columns columns;
  for (const auto& [account, time] :
       {std::pair{0U, 0}, {2U, 5}, {3U, 12}, {4U, 40}, {1U, 45}, {5U, 50}}) {
    columns.add(account, 0, time);
  }
  const std::vector<std::uint8_t> measured{1, 1, 0, 0, 0, 0};
  const std::vector<std::uint32_t> step{1, 2, kNever, kNever, kNever, kNever};
  const std::vector<std::uint32_t> want{0, 0, 1, 1, 0, kNever};  // a4 at 40 reaches a5 at 50
  EXPECT_EQ(cascade_losses(columns.log(), measured, step, {.horizon_s = 10}), want);
  const std::vector<std::uint32_t> cut{0, 0, 1, 0, 0, 2};  // with 5, each needs the one before it
  EXPECT_EQ(cascade_losses(columns.log(), measured, step, {.horizon_s = 5}), cut);
}

TEST(CascadeLosses, MatchesCountingAnewOnRandomLogs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto columns = random_columns(seed, 150, 20, 6, 60 + 40 * (seed % 4));
    std::mt19937 random(seed);
    std::vector<std::uint8_t> measured(20);
    std::vector<std::uint32_t> step(20, kNever);
    std::uint32_t steps = 0;
    for (AccountId account = 0; account < 20; ++account) {
      measured[account] = random() % 3 == 0;
      if (measured[account] != 0 && random() % 3 != 0) step[account] = ++steps;
    }
    const TimeS horizon = static_cast<TimeS>(seed % 5) * 4;
    EXPECT_EQ(cascade_losses(columns.log(), measured, step, {.horizon_s = horizon}),
              oracle(columns, measured, step, steps, horizon));
  }
}

TEST(CascadeLosses, NobodyIsReachedWithoutActionsMembersOrTime) {
  const std::vector<std::uint8_t> none(3), all(3, 1);
  const std::vector<std::uint32_t> step(3, kNever), nothing(3, 0);
  Columns columns;
  columns.account_count = 3;
  EXPECT_EQ(cascade_losses(columns.log(), all, step), nothing);
  for (AccountId account = 0; account < 3; ++account) columns.add(account, 7, 100);
  columns.add(0, 7, 200);  // not its first action there
  EXPECT_EQ(cascade_losses(columns.log(), none, step), nothing);
  EXPECT_EQ(cascade_losses(columns.log(), all, step), nothing);
}

TEST(CascadeLosses, RefusesWhatItCannotFollow) {
  Columns columns;
  columns.add(0, 0, 0);
  const std::vector<std::uint8_t> one(1), two(2);
  const std::vector<std::uint32_t> never(1, kNever), zero(1, 0);
  EXPECT_THROW((void)cascade_losses(columns.log(), one, never, {.horizon_s = -1}), InvalidArgument);
  EXPECT_THROW((void)cascade_losses(columns.log(), two, never), InvalidArgument);
  EXPECT_THROW((void)cascade_losses(columns.log(), one, zero), InvalidArgument);
}

}  // namespace
}  // namespace lockstep
