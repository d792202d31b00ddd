// Is it quicker to add up kept pair counts of days than to project them all again?
//   day_counts_bench [actions a day] [days] [trials]
// Counts every pair of every day on its own and holds the days as a file would hold them at best:
// rows of partners, 4 bytes each, with counts of 1 byte, in memory. Then times three ways to the
// pairs of all days together: one projection of all actions; the last day's projection; and the
// sum of all days' counts. Sums are verified for sampled pairs from the days' own projections.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "action_generator.h"
#include "coaction_check.h"
#include "harness.h"
#include "lockstep/algorithms/coaction.h"

namespace {

using namespace lockstep;

constexpr TimeS kDayS = 86'400;
constexpr std::int64_t kWindow = 60;
constexpr std::uint32_t kMinObjects = 2;
constexpr std::size_t kRows = 256;  // accounts summed at a time

struct DayCounts {
  std::vector<std::uint64_t> offsets;  ///< of each account's partners
  std::vector<AccountId> partners;     ///< the larger ids, ascending
  std::vector<std::uint8_t> objects;   ///< counts, 255 for more
};

DayCounts keep(const CoactionResult& pairs, std::uint32_t accounts) {
  DayCounts day;
  day.offsets.resize(accounts + std::size_t{1});
  const auto source = pairs.source.view();
  for (const AccountId account : source) ++day.offsets[account + std::size_t{1}];
  for (std::size_t i = 1; i < day.offsets.size(); ++i) day.offsets[i] += day.offsets[i - 1];
  day.partners.assign(pairs.target.view().begin(), pairs.target.view().end());
  day.objects.reserve(day.partners.size());
  for (const std::uint32_t count : pairs.objects.view()) {
    day.objects.push_back(static_cast<std::uint8_t>(std::min(count, 255U)));
  }
  return day;
}

struct Sums {
  std::vector<AccountId> source, target;
  std::vector<std::uint32_t> objects;
};

struct Table {
  std::vector<std::uint32_t> objects;  // with each account
  std::vector<AccountId> met;
};

void sum_row(const std::vector<DayCounts>& days, AccountId account, Table& table, Sums& sums) {
  for (const DayCounts& day : days) {
    for (auto i = day.offsets[account]; i < day.offsets[account + std::size_t{1}]; ++i) {
      const AccountId partner = day.partners[i];
      if (table.objects[partner] == 0) table.met.push_back(partner);
      table.objects[partner] += day.objects[i];
    }
  }
  std::sort(table.met.begin(), table.met.end());
  for (const AccountId partner : table.met) {
    if (table.objects[partner] >= kMinObjects) {
      sums.source.push_back(account);
      sums.target.push_back(partner);
      sums.objects.push_back(table.objects[partner]);
    }
    table.objects[partner] = 0;
  }
  table.met.clear();
}

std::vector<Sums> add_up(const std::vector<DayCounts>& days, std::uint32_t accounts) {
  std::vector<Sums> sums((accounts + kRows - 1) / kRows);
  const auto make = [&] { return Table{std::vector<std::uint32_t>(accounts), {}}; };
  parallel_for_scratch(
      accounts, kRows, make, [&](Table& table, std::size_t begin, std::size_t end) {
        for (auto account = begin; account < end; ++account) {
          sum_row(days, static_cast<AccountId>(account), table, sums[begin / kRows]);
        }
      });
  return sums;
}

std::uint32_t count_in(const DayCounts& day, AccountId source, AccountId target) {
  const auto first = day.partners.begin() + static_cast<std::ptrdiff_t>(day.offsets[source]);
  const auto last =
      day.partners.begin() + static_cast<std::ptrdiff_t>(day.offsets[source + std::size_t{1}]);
  const auto at = std::lower_bound(first, last, target);
  if (at == last || *at != target) return 0;
  return day.objects[static_cast<std::size_t>(at - day.partners.begin())];
}

/// Every pair of the sums again by search, and as many pairs as reach the minimum by either way.
bool holds(const std::vector<DayCounts>& days, const std::vector<Sums>& sums) {
  const auto searched = [&](AccountId a, AccountId b) {
    std::uint32_t objects = 0;
    for (const DayCounts& day : days) objects += count_in(day, a, b);
    return objects;
  };
  SplitMix random(7);
  for (const Sums& part : sums) {
    if (part.source.empty()) continue;
    const auto at = random.below(part.source.size());
    if (part.objects[at] != searched(part.source[at], part.target[at])) return false;
  }
  for (const DayCounts& day : days) {
    const auto at = random.below(std::max<std::uint64_t>(day.partners.size(), 1));
    if (day.partners.empty()) continue;
    const auto row = std::upper_bound(day.offsets.begin(), day.offsets.end(), at);
    const auto source = static_cast<AccountId>(row - day.offsets.begin() - 1);
    const AccountId target = day.partners[at];
    const Sums& part = sums[source / kRows];
    bool found = false;
    for (std::size_t i = 0; i < part.source.size(); ++i) {
      found = found || (part.source[i] == source && part.target[i] == target);
    }
    if (found != (searched(source, target) >= kMinObjects)) return false;
  }
  return true;
}

ActionLog log_of(const GeneratedLog& generated, TimeS from_s, TimeS to_s) {
  std::vector<AccountId> accounts;
  std::vector<ObjectId> objects;
  std::vector<TimeS> times;
  for (std::size_t i = 0; i < generated.times.size(); ++i) {
    if (generated.times[i] < from_s || generated.times[i] >= to_s) continue;
    accounts.push_back(generated.accounts[i]);
    objects.push_back(generated.objects[i]);
    times.push_back(generated.times[i]);
  }
  return ActionLog::from_columns(accounts, objects, times, generated.account_count);
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t per_day = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 300'000;
  const std::uint64_t day_count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 30;
  const int trials = argc > 3 ? std::atoi(argv[3]) : 3;
  const auto generated = generate_log(per_day * day_count, 1, day_count);
  const std::uint32_t accounts = generated.account_count;
  const TimeS start = *std::min_element(generated.times.begin(), generated.times.end()) / kDayS;

  std::vector<DayCounts> days;
  std::uint64_t pairs = 0;
  for (TimeS day = start; day <= start + static_cast<TimeS>(day_count); ++day) {
    const auto log = log_of(generated, day * kDayS, (day + 1) * kDayS);
    CoactionResult found;
    const CoactionOptions every{.window_s = kWindow, .min_objects = 1};
    const auto project = [&] { found = coaction(log, every); };
    if (day + 2 == start + static_cast<TimeS>(day_count)) {
      report({"one day", accounts, log.size()}, trials, project, [&] {
        return CoactionCheck(log, kWindow, 0)
            .holds(found, [](AccountId, AccountId, std::uint32_t objects) { return objects >= 1; });
      });
    } else {
      project();
    }
    pairs += found.source.size();
    days.push_back(keep(found, accounts));
  }

  std::vector<Sums> sums;
  reset_peak_memory();
  const double added = report(
      {"sum of days", accounts, pairs}, trials, [&] { sums = add_up(days, accounts); },
      [&] { return holds(days, sums); });
  const auto whole = log_of(generated, 0, INT64_MAX);
  CoactionResult all;
  const double anew = report(
      {"all days anew", accounts, whole.size()}, trials,
      [&] { all = coaction(whole, {.window_s = kWindow, .min_objects = kMinObjects}); },
      [&] {
        return CoactionCheck(whole, kWindow, 0)
            .holds(all, [](AccountId, AccountId, std::uint32_t objects) {
              return objects >= kMinObjects;
            });
      });
  std::uint64_t summed = 0;
  for (const Sums& part : sums) summed += part.source.size();
  std::printf(
      "{\"case\":\"day counts\",\"days\":%lu,\"day_pairs\":%lu,\"bytes\":%lu,\"pairs_summed\":%lu,"
      "\"pairs_anew\":%zu,\"sum_over_anew\":%.3g}\n",
      day_count, pairs, pairs * 5, summed, all.source.size(), added / anew);
  return 0;
}
