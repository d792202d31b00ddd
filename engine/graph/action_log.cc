#include "lockstep/action_log.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>

#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 16;
constexpr std::uint64_t kMaxRows = (1ULL << 32) - 1;  // row numbers are 32 bits in projection

struct Row {
  ObjectId object;
  AccountId account;
  TimeS time;
};

bool before(const Row& a, const Row& b) {
  return std::tie(a.object, a.time, a.account) < std::tie(b.object, b.time, b.account);
}

void check_columns(std::span<const AccountId> accounts, std::size_t objects, std::size_t times,
                   std::uint32_t account_count) {
  if (accounts.size() != objects || accounts.size() != times) {
    throw InvalidArgument("columns of different lengths: " + std::to_string(accounts.size()) +
                          " accounts, " + std::to_string(objects) + " objects, " +
                          std::to_string(times) + " times");
  }
  if (accounts.size() > kMaxRows) {
    throw InvalidArgument("a log holds at most 2^32 - 1 actions, not " +
                          std::to_string(accounts.size()) + "; narrow the time range");
  }
  const auto largest = parallel_reduce(
      accounts.size(), kGrain, AccountId{0},
      [&](std::size_t begin, std::size_t end) {
        return *std::max_element(accounts.begin() + static_cast<std::ptrdiff_t>(begin),
                                 accounts.begin() + static_cast<std::ptrdiff_t>(end));
      },
      [](AccountId a, AccountId b) { return std::max(a, b); });
  if (!accounts.empty() && largest >= account_count) {
    throw InvalidArgument("account " + std::to_string(largest) + " is past the " +
                          std::to_string(account_count) + " accounts of the log");
  }
}

/// Whether row i is in order after the one before.
bool is_after(std::span<const AccountId> accounts, std::span<const ObjectId> objects,
              std::span<const TimeS> times, std::size_t i) {
  return !before({objects[i], accounts[i], times[i]},
                 {objects[i - 1], accounts[i - 1], times[i - 1]});
}

/// Throws at the first row that is out of order.
void check_order(std::span<const AccountId> accounts, std::span<const ObjectId> objects,
                 std::span<const TimeS> times) {
  const auto rows = accounts.size();
  const auto first_wrong = parallel_reduce(
      rows, kGrain, rows,
      [&](std::size_t begin, std::size_t end) {
        auto i = std::max<std::size_t>(begin, 1);
        while (i < end && is_after(accounts, objects, times, i)) ++i;
        return i < end ? i : rows;
      },
      [](std::size_t a, std::size_t b) { return std::min(a, b); });
  if (first_wrong == rows) return;
  throw InvalidArgument("row " + std::to_string(first_wrong) +
                        " is not in (object, time, account) order");
}

/// Runs of equal objects: each run's object, where it starts, and the end of the last.
struct Runs {
  Column<ObjectId> objects;
  Column<std::uint64_t> offsets;
};

Runs find_runs(std::span<const ObjectId> objects) {
  const auto rows = objects.size();
  const auto starts_run = [&](std::size_t i) { return i == 0 || objects[i] != objects[i - 1]; };
  std::vector<std::size_t> place((rows + kGrain - 1) / kGrain + 1, 0);
  parallel_for(rows, kGrain, [&](std::size_t begin, std::size_t end) {
    std::size_t found = 0;
    for (auto i = begin; i < end; ++i) found += starts_run(i) ? 1 : 0;
    place[begin / kGrain + 1] = found;
  });
  std::partial_sum(place.begin(), place.end(), place.begin());
  Runs runs{Column<ObjectId>(place.back()), Column<std::uint64_t>(place.back() + 1)};
  parallel_for(rows, kGrain, [&](std::size_t begin, std::size_t end) {
    auto run = place[begin / kGrain];
    for (auto i = begin; i < end; ++i) {
      if (!starts_run(i)) continue;
      runs.objects[run] = objects[i];
      runs.offsets[run++] = i;
    }
  });
  runs.offsets[place.back()] = rows;
  return runs;
}

template <class T>
Column<T> copy_of(std::span<const T> values) {
  Column<T> copy(values.size());
  parallel_for(values.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    std::copy(values.begin() + static_cast<std::ptrdiff_t>(begin),
              values.begin() + static_cast<std::ptrdiff_t>(end), copy.data() + begin);
  });
  return copy;
}

}  // namespace

ActionLog ActionLog::from_columns(std::span<const AccountId> accounts,
                                  std::span<const ObjectId> objects, std::span<const TimeS> times,
                                  std::uint32_t account_count) {
  check_columns(accounts, objects.size(), times.size(), account_count);
  Column<Row> rows(accounts.size());
  parallel_for(rows.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) rows[i] = {objects[i], accounts[i], times[i]};
  });
  parallel_sort(rows.data(), rows.data() + rows.size(), before);
  Column<AccountId> sorted_accounts(rows.size());
  Column<ObjectId> sorted_objects(rows.size());
  Column<TimeS> sorted_times(rows.size());
  parallel_for(rows.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      sorted_accounts[i] = rows[i].account;
      sorted_objects[i] = rows[i].object;
      sorted_times[i] = rows[i].time;
    }
  });
  auto runs = find_runs(sorted_objects.view());
  return from_runs(std::move(sorted_accounts), std::move(sorted_times), std::move(runs.objects),
                   std::move(runs.offsets), account_count);
}

ActionLog ActionLog::from_sorted(std::vector<AccountId> accounts, std::span<const ObjectId> objects,
                                 std::vector<TimeS> times, std::uint32_t account_count) {
  check_columns(accounts, objects.size(), times.size(), account_count);
  check_order(accounts, objects, times);
  auto runs = find_runs(objects);
  return from_runs(copy_of<AccountId>(accounts), copy_of<TimeS>(times), std::move(runs.objects),
                   std::move(runs.offsets), account_count);
}

ActionLog ActionLog::from_runs(Column<AccountId> accounts, Column<TimeS> times,
                               Column<ObjectId> objects, Column<std::uint64_t> offsets,
                               std::uint32_t account_count) {
  const bool fits = offsets.size() == objects.size() + 1 && offsets[0] == 0 &&
                    offsets[objects.size()] == accounts.size() && accounts.size() == times.size();
  if (!fits) throw InvalidArgument("the runs of a log do not cover its rows");
  ActionLog log;
  log.accounts_ = std::move(accounts);
  log.times_ = std::move(times);
  log.objects_ = std::move(objects);
  log.offsets_ = std::move(offsets);
  log.account_count_ = account_count;
  return log;
}

std::span<const std::uint64_t> ActionLog::offsets() const {
  static constexpr std::uint64_t kNoRuns[] = {0};
  return offsets_.empty() ? std::span<const std::uint64_t>(kNoRuns) : offsets_.view();
}

}  // namespace lockstep
