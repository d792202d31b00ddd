#include "rank_rows.h"

#include <algorithm>
#include <array>
#include <functional>

#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 16;
constexpr std::size_t kBlock = 1024;

/// Calls `body(run, begin, end)` for the part of each run of rows that lies in [begin, end).
template <class Body>
void for_each_run(std::span<const std::uint64_t> offsets, std::size_t begin, std::size_t end,
                  const Body& body) {
  const auto found = std::upper_bound(offsets.begin(), offsets.end(), begin);
  for (auto run = static_cast<std::size_t>(found - offsets.begin()) - 1; begin < end; ++run) {
    const auto last = std::min<std::size_t>(end, offsets[run + 1]);
    if (begin < last) body(run, begin, last);
    begin = last;
  }
}

/// Copies the rows that `keep(run, row)` is true for, twice walked: to count, then to write.
template <class Rank, class Keep>
RankRows filtered(std::span<const TimeS> times, std::span<const std::uint64_t> offsets,
                  const Rank& rank, const Keep& keep) {
  const std::size_t rows = times.size();
  std::vector<std::size_t> starts(rows / kGrain + 2, 0);
  parallel_for(rows, kGrain, [&](std::size_t begin, std::size_t end) {
    std::size_t kept = 0;
    for_each_run(offsets, begin, end, [&](std::size_t run, std::size_t first, std::size_t last) {
      for (auto row = first; row < last; ++row) kept += keep(run, row) ? 1 : 0;
    });
    starts[begin / kGrain + 1] = kept;
  });
  for (std::size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
  RankRows result;
  result.rank.resize(starts.back());
  result.own_times.resize(starts.back());
  result.own_offsets.assign(offsets.size(), starts.back());
  parallel_for(rows, kGrain, [&](std::size_t begin, std::size_t end) {
    auto place = starts[begin / kGrain];
    for_each_run(offsets, begin, end, [&](std::size_t run, std::size_t first, std::size_t last) {
      if (first == offsets[run]) result.own_offsets[run] = place;
      while (first < last) {
        const auto stop = std::min(last, first + kBlock);
        std::array<std::size_t, kBlock> chosen;
        std::size_t count = 0;
        for (; first < stop; ++first) {  // no branch: what is kept is a coin toss
          chosen[count] = first;
          count += keep(run, first) ? 1 : 0;
        }
        for (std::size_t i = 0; i < count; ++i, ++place) {
          result.rank[place] = rank(chosen[i]);
          result.own_times[place] = times[chosen[i]];
        }
      }
    });
  });
  auto& kept = result.own_offsets;
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  result.times = result.own_times;
  result.offsets = result.own_offsets;
  return result;
}

}  // namespace

std::uint64_t RankRows::bytes() const {
  return rank.size() * sizeof(std::uint32_t) + own_times.size() * sizeof(TimeS) +
         own_offsets.size() * sizeof(std::uint64_t);
}

std::size_t RankRows::run_of(std::size_t row) const {
  return static_cast<std::size_t>(std::upper_bound(offsets.begin(), offsets.end(), row) -
                                  offsets.begin()) -
         1;
}

std::vector<std::uint32_t> count_activity(const ActionLog& log, std::uint64_t max_object_actions) {
  // One table a part of the rows: as many parts as threads, whose sums do not depend on it.
  const auto parts = static_cast<std::size_t>(thread_count());
  std::vector<std::vector<std::uint32_t>> tables(parts);
  const auto offsets = log.offsets();
  parallel_for(parts, 1, [&](std::size_t part, std::size_t) {
    auto& table = tables[part];
    table.assign(log.account_count(), 0);
    const auto begin = log.size() * part / parts;
    const auto end = log.size() * (part + 1) / parts;
    for_each_run(offsets, begin, end, [&](std::size_t run, std::size_t first, std::size_t last) {
      if (max_object_actions != 0 && offsets[run + 1] - offsets[run] > max_object_actions) return;
      for (auto row = first; row < last; ++row) ++table[log.accounts()[row]];
    });
  });
  auto& sum = tables.front();
  parallel_for(sum.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t part = 1; part < parts; ++part) {
      for (auto i = begin; i < end; ++i) sum[i] += tables[part][i];
    }
  });
  return std::move(sum);
}

Ranking rank_accounts(const ActionLog& log, std::uint64_t max_object_actions) {
  const auto activity = count_activity(log, max_object_actions);
  std::vector<std::uint64_t> keys;  // least activity last, ties by id
  for (AccountId account = 0; account < activity.size(); ++account) {
    if (activity[account] == 0) continue;
    keys.push_back(static_cast<std::uint64_t>(~activity[account]) << 32 | account);
  }
  parallel_sort(keys.begin(), keys.end(), std::less<>());
  Ranking ranking;
  ranking.account_of_rank.resize(keys.size());
  ranking.activity.resize(keys.size());
  ranking.rank_of_account.assign(activity.size(), Ranking::kNoRank);
  parallel_for(keys.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto rank = begin; rank < end; ++rank) {
      const auto account = static_cast<AccountId>(keys[rank]);
      ranking.account_of_rank[rank] = account;
      ranking.activity[rank] = activity[account];
      ranking.rank_of_account[account] = static_cast<std::uint32_t>(rank);
    }
  });
  return ranking;
}

RankRows all_rows(const ActionLog& log, const Ranking& ranking, std::uint64_t max_object_actions) {
  const auto rank = [&](std::size_t row) { return ranking.rank_of_account[log.accounts()[row]]; };
  const auto offsets = log.offsets();
  if (max_object_actions != 0) {
    return filtered(log.times(), offsets, rank, [&](std::size_t run, std::size_t) {
      return offsets[run + 1] - offsets[run] <= max_object_actions;
    });
  }
  RankRows result;
  result.rank.resize(log.size());
  parallel_for(log.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto row = begin; row < end; ++row) result.rank[row] = rank(row);
  });
  result.times = log.times();
  result.offsets = offsets;
  return result;
}

RankRows rows_below(const RankRows& rows, std::uint32_t ranks) {
  return filtered(
      rows.times, rows.offsets, [&](std::size_t row) { return rows.rank[row]; },
      [&](std::size_t, std::size_t row) { return rows.rank[row] < ranks; });
}

}  // namespace lockstep
