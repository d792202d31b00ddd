#include "lockstep/action_log.h"

#include <algorithm>
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

}  // namespace

ActionLog ActionLog::from_columns(std::span<const AccountId> accounts,
                                  std::span<const ObjectId> objects, std::span<const TimeS> times,
                                  std::uint32_t account_count) {
  check_columns(accounts, objects.size(), times.size(), account_count);
  std::vector<Row> rows(accounts.size());
  parallel_for(rows.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) rows[i] = {objects[i], accounts[i], times[i]};
  });
  parallel_sort(rows.begin(), rows.end(), before);
  std::vector<AccountId> sorted_accounts(rows.size());
  std::vector<ObjectId> sorted_objects(rows.size());
  std::vector<TimeS> sorted_times(rows.size());
  parallel_for(rows.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      sorted_accounts[i] = rows[i].account;
      sorted_objects[i] = rows[i].object;
      sorted_times[i] = rows[i].time;
    }
  });
  rows = {};
  return from_sorted(std::move(sorted_accounts), sorted_objects, std::move(sorted_times),
                     account_count);
}

ActionLog ActionLog::from_sorted(std::vector<AccountId> accounts, std::span<const ObjectId> objects,
                                 std::vector<TimeS> times, std::uint32_t account_count) {
  check_columns(accounts, objects.size(), times.size(), account_count);
  for (std::size_t i = 1; i < accounts.size(); ++i) {
    if (before({objects[i], accounts[i], times[i]},
               {objects[i - 1], accounts[i - 1], times[i - 1]})) {
      throw InvalidArgument("row " + std::to_string(i) +
                            " is not in (object, time, account) order");
    }
  }
  ActionLog log;
  log.offsets_.clear();
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (i != 0 && objects[i] == objects[i - 1]) continue;
    log.objects_.push_back(objects[i]);
    log.offsets_.push_back(i);
  }
  log.offsets_.push_back(objects.size());
  log.accounts_ = std::move(accounts);
  log.times_ = std::move(times);
  log.account_count_ = account_count;
  return log;
}

}  // namespace lockstep
