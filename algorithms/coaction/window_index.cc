#include "window_index.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 16;

/// Walks rows [begin, end) of a log in order and keeps the window around the current one.
class WindowCursor {
 public:
  WindowCursor(const ActionLog& log, std::int64_t window_s, std::size_t row)
      : log_(log), window_s_(window_s) {
    const auto offsets = log.offsets();
    const auto run = std::upper_bound(offsets.begin(), offsets.end(), row) - offsets.begin() - 1;
    window_.object_run = static_cast<std::uint32_t>(run);
    const auto times = log.times();
    const auto first = times.begin() + static_cast<std::ptrdiff_t>(offsets[window_.object_run]);
    const auto here = times.begin() + static_cast<std::ptrdiff_t>(row);
    const auto begin =
        std::partition_point(first, here, [&](TimeS time) { return too_far(time, times[row]); });
    window_.begin = static_cast<std::uint32_t>(begin - times.begin());
    window_.end = static_cast<std::uint32_t>(row);
  }

  /// The window of `row`, which must be the row after the one asked for before.
  const Window& at(std::size_t row) {
    const auto offsets = log_.offsets();
    const auto times = log_.times();
    if (row == offsets[window_.object_run + 1]) {
      ++window_.object_run;
      window_.begin = window_.end = static_cast<std::uint32_t>(row);
    }
    while (too_far(times[window_.begin], times[row])) ++window_.begin;
    const auto last = offsets[window_.object_run + 1];
    while (window_.end < last && !too_far(times[row], times[window_.end])) ++window_.end;
    return window_;
  }

 private:
  /// Whether the later time is past the window; unsigned, so that no difference overflows.
  [[nodiscard]] bool too_far(TimeS earlier, TimeS later) const {
    return static_cast<std::uint64_t>(later) - static_cast<std::uint64_t>(earlier) >
           static_cast<std::uint64_t>(window_s_);
  }

  const ActionLog& log_;
  std::int64_t window_s_;
  Window window_;
};

void rank_accounts(const ActionLog& log, WindowIndex& index) {
  std::vector<std::uint32_t> activity(log.account_count(), 0);
  for (const AccountId account : log.accounts()) ++activity[account];
  for (AccountId account = 0; account < log.account_count(); ++account) {
    if (activity[account] != 0) index.account_of_rank.push_back(account);
  }
  parallel_sort(index.account_of_rank.begin(), index.account_of_rank.end(),
                [&](AccountId a, AccountId b) {
                  return activity[a] != activity[b] ? activity[a] > activity[b] : a < b;
                });
  auto& rank_of = activity;
  for (std::uint32_t rank = 0; rank < index.account_of_rank.size(); ++rank) {
    rank_of[index.account_of_rank[rank]] = rank;
  }
  index.rank_of_row.resize(log.size());
  parallel_for(log.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      index.rank_of_row[row] = rank_of[log.accounts()[row]];
    }
  });
}

/// Calls `body(rank, window)` for each row whose window holds another row, in row order.
template <class Body>
void for_each_window(const ActionLog& log, const WindowIndex& index, std::int64_t window_s,
                     const Body& body) {
  WindowCursor cursor(log, window_s, 0);
  for (std::size_t row = 0; row < log.size(); ++row) {
    const Window& window = cursor.at(row);
    if (window.end - window.begin > 1) body(index.rank_of_row[row], window);
  }
}

}  // namespace

std::uint64_t WindowIndex::bytes() const {
  return account_of_rank.size() * sizeof(AccountId) + rank_of_row.size() * sizeof(std::uint32_t) +
         offsets.size() * sizeof(std::uint64_t) + windows.size() * sizeof(Window);
}

WindowIndex window_index(const ActionLog& log, std::int64_t window_s) {
  WindowIndex index;
  if (log.empty()) {
    index.offsets = {0};
    return index;
  }
  rank_accounts(log, index);
  const auto ranks = index.account_of_rank.size();
  index.offsets.assign(ranks + 1, 0);
  for_each_window(log, index, window_s,
                  [&](std::uint32_t rank, const Window&) { ++index.offsets[rank + 1]; });
  std::inclusive_scan(index.offsets.begin(), index.offsets.end(), index.offsets.begin());
  index.windows = MappedArray<Window>(index.offsets.back());

  // Each thread walks all rows and keeps those of its own span of ranks: no shared cursor, and
  // every account's windows stay in row order.
  std::vector<std::uint64_t> next(index.offsets.begin(), index.offsets.end() - 1);
  const auto parts = static_cast<std::size_t>(thread_count());
  parallel_for(parts, 1, [&](std::size_t part, std::size_t) {
    const auto bound = [&](std::size_t p) {
      const auto share = index.offsets.back() * p / parts;
      return p == parts
                 ? ranks
                 : static_cast<std::size_t>(
                       std::lower_bound(index.offsets.begin(), index.offsets.end() - 1, share) -
                       index.offsets.begin());
    };
    const auto first = bound(part);
    const auto last = bound(part + 1);
    for_each_window(log, index, window_s, [&](std::uint32_t rank, const Window& window) {
      if (first <= rank && rank < last) index.windows[next[rank]++] = window;
    });
  });
  return index;
}

}  // namespace lockstep
