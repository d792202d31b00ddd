#include "lockstep/algorithms/cascade_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include "lockstep/error.h"
#include "support/random_log.h"

namespace lockstep {
namespace {

using Sets = std::map<AccountId, std::set<AccountId>>;

// Slow and obvious: whom each measured account reaches, by following all chains on each object.
void reach_all(const Columns& columns, const std::vector<std::uint8_t>& measured, TimeS horizon,
               Sets& sets) {
  std::map<ObjectId, std::map<AccountId, TimeS>> objects;
  for (std::size_t i = 0; i < columns.accounts.size(); ++i) {
    auto& times = objects[columns.objects[i]];
    const auto [place, fresh] = times.try_emplace(columns.accounts[i], columns.times[i]);
    if (!fresh) place->second = std::min(place->second, columns.times[i]);
  }
  for (const auto& [object, first] : objects) {
    for (const auto& [account, start] : first) {
      if (measured[account] == 0) continue;
      std::set<AccountId> reached{account};
      for (bool grown = true; grown;) {
        grown = false;
        for (const auto& [other, time] : first) {
          if (reached.contains(other)) continue;
          grown |= std::any_of(reached.begin(), reached.end(), [&](AccountId from) {
            return time > first.at(from) && time - first.at(from) <= horizon &&
                   reached.insert(other).second;
          });
        }
      }
      for (const AccountId other : reached) {
        if (measured[other] == 0) sets[account].insert(other);
      }
    }
  }
}

// Plain greedy: counts what every account left would add, each time.
CascadeOrder plain_greedy(Sets sets) {
  CascadeOrder order;
  std::set<AccountId> reached;
  const Sets whole = sets;
  while (!sets.empty()) {
    AccountId best = sets.begin()->first;
    std::uint32_t most = 0;
    for (const auto& [account, own] : sets) {
      const auto adds = static_cast<std::uint32_t>(
          std::count_if(own.begin(), own.end(), [&](AccountId a) { return !reached.contains(a); }));
      if (adds > most) {
        best = account;
        most = adds;
      }
    }
    order.accounts.push_back(best);
    order.audience.push_back(static_cast<std::uint32_t>(whole.at(best).size()));
    order.added.push_back(most);
    reached.insert(sets.at(best).begin(), sets.at(best).end());
    sets.erase(best);
  }
  return order;
}

CascadeOrder order_of(const std::vector<const Columns*>& parts,
                      const std::vector<std::uint8_t>& measured, TimeS horizon) {
  std::vector<ActionLog> logs;
  for (const Columns* part : parts) logs.push_back(part->log());
  std::vector<const ActionLog*> all;
  for (const ActionLog& log : logs) all.push_back(&log);
  return cascade_order(all, measured, {.horizon_s = horizon});
}

//  object 0 (horizon 10):  m0 at 0 - a3 at 5 - m1 at 8 - a4 at 12 | silence | m1 at 40 - a5 at 45
//  object 1:               m2 at 0 - a4 at 3
TEST(CascadeOrder, TakesFirstWhoAddsMost) {
  Columns columns;
  for (const auto& [account, time] : {std::pair{0U, 0}, {3U, 5}, {1U, 8}, {4U, 12}}) {
    columns.add(account, 0, time);
  }
  columns.add(2, 1, 0);
  columns.add(4, 1, 3);
  columns.add(1, 2, 40);
  columns.add(5, 2, 45);
  const std::vector<std::uint8_t> measured{1, 1, 1, 0, 0, 0};
  const auto order = order_of({&columns}, measured, 10);
  EXPECT_EQ(order.accounts, (std::vector<AccountId>{0, 1, 2}));  // 3 and 4; then 5; then nobody
  EXPECT_EQ(order.audience, (std::vector<std::uint32_t>{2, 2, 1}));
  EXPECT_EQ(order.added, (std::vector<std::uint32_t>{2, 1, 0}));
}

TEST(CascadeOrder, MatchesPlainGreedyOnRandomLogs) {
  for (unsigned seed = 0; seed < 80; ++seed) {
    SCOPED_TRACE(seed);
    const auto one = random_columns(seed, 120, 24, 8, 60 + 40 * (seed % 4));
    const auto other = random_columns(1000 + seed, 60, 24, 5, 80);
    std::mt19937 random(seed);
    std::vector<std::uint8_t> measured(24);
    for (auto& flag : measured) flag = random() % 3 == 0;
    const TimeS horizon = static_cast<TimeS>(seed % 5) * 4;
    Sets sets;
    for (AccountId account = 0; account < 24; ++account) {
      if (measured[account] != 0) sets[account];
    }
    reach_all(one, measured, horizon, sets);
    if (seed % 2 != 0) reach_all(other, measured, horizon, sets);
    const auto want = plain_greedy(sets);
    const auto got = seed % 2 == 0 ? order_of({&one}, measured, horizon)
                                   : order_of({&one, &other}, measured, horizon);
    EXPECT_EQ(got.accounts, want.accounts);
    EXPECT_EQ(got.audience, want.audience);
    EXPECT_EQ(got.added, want.added);
    EXPECT_TRUE(std::is_sorted(got.added.rbegin(), got.added.rend()));
  }
}

TEST(CascadeOrder, WhatIsAddedIsLostOnceAllAreTakenAway) {
  const auto columns = random_columns(7, 400, 40, 20, 200);
  std::vector<std::uint8_t> measured(40);
  for (AccountId account = 0; account < 40; account += 3) measured[account] = 1;
  const auto order = order_of({&columns}, measured, 10);
  const std::vector<std::uint32_t> never(40, kNeverLost);
  const auto losses = cascade_losses(columns.log(), measured, never, {.horizon_s = 10});
  const auto whole = 40 - std::count(losses.begin(), losses.end(), 0U);
  EXPECT_EQ(std::accumulate(order.added.begin(), order.added.end(), 0U), whole);
}

TEST(CascadeOrder, NobodyIsReachedWithoutActionsMembersOrTime) {
  Columns columns;
  columns.account_count = 3;
  EXPECT_EQ(order_of({&columns}, {1, 1, 0}, 10).added, (std::vector<std::uint32_t>{0, 0}));
  for (AccountId account = 0; account < 3; ++account) columns.add(account, 7, 100);
  EXPECT_EQ(order_of({&columns}, {0, 0, 0}, 10).accounts, std::vector<AccountId>{});
  EXPECT_EQ(order_of({&columns}, {0, 1, 1}, 10).accounts, (std::vector<AccountId>{1, 2}));
  EXPECT_EQ(order_of({&columns}, {0, 1, 1}, 10).added, (std::vector<std::uint32_t>{0, 0}));
}

TEST(CascadeOrder, RefusesWhatItCannotFollow) {
  Columns columns;
  columns.add(0, 0, 0);
  EXPECT_THROW((void)order_of({&columns}, {1}, -1), InvalidArgument);
  EXPECT_THROW((void)order_of({&columns}, {1, 1}, 1), InvalidArgument);
  EXPECT_THROW((void)order_of({}, {1}, 1), InvalidArgument);
}

}  // namespace
}  // namespace lockstep
