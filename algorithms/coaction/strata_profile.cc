#include "strata_profile.h"

#include <algorithm>
#include <atomic>
#include <compare>
#include <functional>
#include <numeric>
#include <utility>

#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 10;
constexpr TimeS kHour = 3600;
constexpr TimeS kDay = 24 * kHour;
constexpr TimeS kHoursOfWeek = 168;

TimeS floor_divide(TimeS time, TimeS unit) { return time / unit - (time % unit < 0 ? 1 : 0); }

bool takes(const ActionLog& log, std::size_t run, const StratifiedOptions& options) {
  return options.max_object_actions == 0 ||
         log.offsets()[run + 1] - log.offsets()[run] <= options.max_object_actions;
}

/// Adds up the pairs of each stratum from `from` on.
void merge(std::vector<StrataProfile::Crowd>& crowds, std::size_t from) {
  const auto begin = crowds.begin() + static_cast<std::ptrdiff_t>(from);
  std::sort(begin, crowds.end());
  auto last = begin;
  for (auto at = begin; at != crowds.end(); ++at) {
    if (last != begin && (last - 1)->stratum == at->stratum) {
      (last - 1)->pairs += at->pairs;
    } else {
      *last++ = *at;
    }
  }
  crowds.erase(last, crowds.end());
}

}  // namespace

StrataProfile::StrataProfile(const ActionLog& log, const StratifiedOptions& options)
    : kind_(options.strata) {
  if (kind_ == Strata::kDay) {
    for (const TimeS time : log.times()) {
      const auto day = floor_divide(time, kDay);
      if (days_.empty() || days_.back() != day) days_.push_back(day);
      if (days_.size() < (1U << 20)) continue;
      std::sort(days_.begin(), days_.end());
      days_.erase(std::unique(days_.begin(), days_.end()), days_.end());
    }
    std::sort(days_.begin(), days_.end());
    days_.erase(std::unique(days_.begin(), days_.end()), days_.end());
  }
  strata_.resize((kind_ == Strata::kDay ? days_.size() : kHoursOfWeek) + 1);
  count_activity(log, options);
  count_pairs(log, options);
}

TimeS StrataProfile::stretch_of(TimeS time) const {
  return floor_divide(time, kind_ == Strata::kDay ? kDay : kHour);
}

std::uint32_t StrataProfile::stratum_of(TimeS time) const {
  const auto stretch = stretch_of(time);
  if (kind_ == Strata::kHourOfWeek) {
    const auto hour = stretch % kHoursOfWeek;
    return static_cast<std::uint32_t>(hour < 0 ? hour + kHoursOfWeek : hour);
  }
  return static_cast<std::uint32_t>(std::lower_bound(days_.begin(), days_.end(), stretch) -
                                    days_.begin());
}

void StrataProfile::count_activity(const ActionLog& log, const StratifiedOptions& options) {
  offsets_.assign(log.account_count() + 1ULL, 0);
  counts_.assign(log.account_count(), 0);
  const auto each_row = [&](const auto& visit) {
    for (std::size_t run = 0; run < log.object_count(); ++run) {
      if (!takes(log, run, options)) continue;
      for (auto row = log.offsets()[run]; row < log.offsets()[run + 1]; ++row) visit(row);
    }
  };
  each_row([&](std::uint64_t row) { ++offsets_[log.accounts()[row] + 1ULL]; });
  for (std::size_t i = 1; i < offsets_.size(); ++i) offsets_[i] += offsets_[i] != 0 ? 1 : 0;
  std::inclusive_scan(offsets_.begin(), offsets_.end(), offsets_.begin());
  activity_.resize(offsets_.back());
  auto next = offsets_;
  each_row([&](std::uint64_t row) {
    activity_[next[log.accounts()[row]]++] = {stratum_of(log.times()[row]), 1};
  });
  parallel_for(counts_.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto account = begin; account < end; ++account) {
      const auto own = std::span(activity_).subspan(offsets_[account],
                                                    offsets_[account + 1] - offsets_[account]);
      if (own.empty()) continue;
      own.back() = {static_cast<std::uint32_t>(strata_.size() - 1),
                    static_cast<std::uint32_t>(own.size() - 1)};
      std::sort(own.begin(), own.end() - 1,
                [](const auto& a, const auto& b) { return a.stratum < b.stratum; });
      std::uint32_t last = 0;
      for (std::size_t i = 1; i < own.size(); ++i) {
        if (own[i].stratum == own[last].stratum) {
          ++own[last].actions;
        } else {
          own[++last] = own[i];
        }
      }
      counts_[account] = last + 1;
    }
  });
  for (auto& stratum : strata_) stratum.activity.assign(1, 0);
  for (AccountId account = 0; account < accounts(); ++account) {
    for (const auto& [stratum, actions] : of(account)) {
      strata_[stratum].actions += actions;
      strata_[stratum].activity[0] = std::max(strata_[stratum].activity[0], actions);
    }
  }
}

/// Appends what is close on one object, in pieces that may name a stratum again.
void StrataProfile::add_crowds(const ActionLog& log, std::size_t run, std::int64_t window_s,
                               std::vector<Crowd>& found) const {
  const auto across = static_cast<std::uint32_t>(strata_.size() - 1);
  const auto times = log.times();
  auto begin = log.offsets()[run];  // of the window
  auto first = begin;               // of the rows in the same stretch
  for (auto row = begin; row < log.offsets()[run + 1]; ++row) {
    while (static_cast<std::uint64_t>(times[row]) - static_cast<std::uint64_t>(times[begin]) >
           static_cast<std::uint64_t>(window_s)) {
      ++begin;
    }
    if (stretch_of(times[first]) != stretch_of(times[row])) first = row;
    const auto own = std::max(begin, first);
    if (row > own) found.push_back({stratum_of(times[row]), row - own});
    if (own > begin) found.push_back({across, own - begin});
  }
}

void StrataProfile::count_pairs(const ActionLog& log, const StratifiedOptions& options) {
  auto crowds = parallel_reduce(
      log.object_count(), kGrain, std::vector<Crowd>(),
      [&](std::size_t first, std::size_t last) {
        std::vector<Crowd> found;
        for (auto run = first; run < last; ++run) {
          if (!takes(log, run, options)) continue;
          const auto from = found.size();
          add_crowds(log, run, options.window_s, found);
          merge(found, from);
        }
        return found;
      },
      [](std::vector<Crowd> all, const std::vector<Crowd>& more) {
        all.insert(all.end(), more.begin(), more.end());
        return all;
      });
  parallel_sort(crowds.begin(), crowds.end(), std::less<>());
  for (const auto& [stratum, pairs] : crowds) {
    auto& window_pairs = strata_[stratum].window_pairs;
    if (window_pairs.empty() || window_pairs.back().first != pairs) {
      window_pairs.emplace_back(pairs, 0);
    }
    ++window_pairs.back().second;
  }
}

}  // namespace lockstep
