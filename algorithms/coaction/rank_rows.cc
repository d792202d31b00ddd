#include "rank_rows.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>

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

/// Calls `body(run, row, chosen)` for each block of rows, from `row` on, of the runs in
/// [begin, end): chosen are those that `keep(row)` is true for and that have a neighbour; none in
/// runs of one row or of more than `most`. No branch on a row: to be chosen is a coin toss.
template <class Keep, class Body>
void for_each_kept(const RankRows& rows, std::int64_t window_s, std::uint64_t most,
                   std::size_t begin, std::size_t end, const Keep& keep, const Body& body) {
  const auto near = [&](std::size_t row) {  // unsigned, so that no difference overflows
    return static_cast<std::uint64_t>(rows.times[row + 1]) -
               static_cast<std::uint64_t>(rows.times[row]) <=
           static_cast<std::uint64_t>(window_s);
  };
  std::array<std::size_t, kBlock> chosen;
  for_each_run(rows.offsets, begin, end, [&](std::size_t run, std::size_t row, std::size_t stop) {
    const std::size_t first = rows.offsets[run];
    const std::size_t last = rows.offsets[run + 1] - 1;
    if (last == first || last - first >= most) return body(run, row, {});
    bool before = row > first && near(row - 1);
    while (row < stop) {
      const auto block_begin = row;
      std::size_t count = 0;
      for (const auto block = std::min(stop, row + kBlock); row < block; ++row) {
        const bool after = row < last && near(row);
        chosen[count] = row;
        count += static_cast<std::size_t>((before | after) & keep(row));
        before = after;
      }
      body(run, block_begin, std::span<const std::size_t>(chosen.data(), count));
    }
  });
}

/// Copies the rows that `keep(row)` is true for and that have a neighbour on their object at most
/// a window away; the others have none in any subset either. Walks them twice: counts, writes.
template <class Rank, class Keep>
RankRows filtered(const RankRows& rows, std::int64_t window_s, std::uint64_t most, const Rank& rank,
                  const Keep& keep) {
  const std::size_t size = rows.times.size();
  std::vector<std::size_t> starts(size / kGrain + 2, 0);
  parallel_for(size, kGrain, [&](std::size_t begin, std::size_t end) {
    std::size_t kept = 0;
    for_each_kept(rows, window_s, most, begin, end, keep,
                  [&](std::size_t, std::size_t, std::span<const std::size_t> chosen) {
                    kept += chosen.size();
                  });
    starts[begin / kGrain + 1] = kept;
  });
  for (std::size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
  RankRows result;
  result.rank.resize(starts.back());
  result.own_times.resize(starts.back());
  result.own_offsets.assign(rows.offsets.size(), starts.back());
  parallel_for(size, kGrain, [&](std::size_t begin, std::size_t end) {
    auto place = starts[begin / kGrain];
    for_each_kept(rows, window_s, most, begin, end, keep,
                  [&](std::size_t run, std::size_t first, std::span<const std::size_t> chosen) {
                    if (first == rows.offsets[run]) result.own_offsets[run] = place;
                    for (const std::size_t row : chosen) {
                      result.rank[place] = rank(row);
                      result.own_times[place++] = rows.times[row];
                    }
                  });
  });
  auto& kept = result.own_offsets;  // of runs that kept none, too: those are empty
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

RankRows all_rows(const ActionLog& log, const Ranking& ranking, std::int64_t window_s,
                  std::uint64_t max_object_actions) {
  const auto rank = [&](std::size_t row) { return ranking.rank_of_account[log.accounts()[row]]; };
  RankRows all;
  all.times = log.times();
  all.offsets = log.offsets();
  if (max_object_actions != 0) {
    return filtered(all, window_s, max_object_actions, rank, [](std::size_t) { return true; });
  }
  all.rank.resize(log.size());
  parallel_for(log.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto row = begin; row < end; ++row) all.rank[row] = rank(row);
  });
  return all;
}

RankRows rows_below(const RankRows& rows, std::int64_t window_s, std::uint32_t ranks) {
  return filtered(
      rows, window_s, std::numeric_limits<std::uint64_t>::max(),
      [&](std::size_t row) { return rows.rank[row]; },
      [&](std::size_t row) { return rows.rank[row] < ranks; });
}

}  // namespace lockstep
