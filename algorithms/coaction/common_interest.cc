#include "common_interest.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "lockstep/parallel.h"
#include "lockstep/random.h"
#include "rank_rows.h"

namespace lockstep {
namespace {

constexpr std::size_t kDrawn = 64;               // accounts of each class
constexpr std::uint64_t kMostRows = 1ULL << 20;  // around one account that are walked

/// How often each account was met, emptied in a time that grows with those met.
struct Meetings {
  std::vector<std::uint32_t> objects;
  std::vector<std::uint64_t> last_run;  ///< run of the last meeting, and 1; counts an object once
  std::vector<AccountId> met;

  explicit Meetings(std::uint32_t accounts) : objects(accounts, 0), last_run(accounts, 0) {}

  void meet(AccountId account, std::uint64_t run) {
    if (last_run[account] == run + 1) return;
    if (objects[account]++ == 0) met.push_back(account);
    last_run[account] = run + 1;
  }
  /// Accounts met on `min_objects` objects or more.
  std::uint64_t take(std::uint32_t min_objects) {
    std::uint64_t count = 0;
    for (const auto account : met) {
      count += objects[account] >= min_objects ? 1 : 0;
      objects[account] = 0;
      last_run[account] = 0;
    }
    met.clear();
    return count;
  }
};

/// Calls `visit(run, begin, end)` for the rows of one log within the horizon of each action.
template <class Visit>
void for_each_horizon(const ActionLog& log, std::span<const OwnAction> actions,
                      const TimingOptions& options, const Visit& visit) {
  for (const auto& [run, time] : actions) {
    const auto first = log.offsets()[run];
    const auto size = log.offsets()[run + 1ULL] - first;
    if (options.max_object_actions != 0 && size > options.max_object_actions) continue;
    const auto times = log.times().subspan(first, size);
    const auto begin =
        std::partition_point(times.begin(), times.end(), [&, at = time](TimeS other) {
          return other < at && distance(other, at) > static_cast<std::uint64_t>(options.horizon_s);
        });
    const auto end = std::partition_point(begin, times.end(), [&, at = time](TimeS other) {
      return other < at || distance(other, at) <= static_cast<std::uint64_t>(options.horizon_s);
    });
    visit(run, first + static_cast<std::uint64_t>(begin - times.begin()),
          first + static_cast<std::uint64_t>(end - times.begin()));
  }
}

}  // namespace

InterestSample::InterestSample(LayerLogs layers, const TimingOptions& options) : classes_(65) {
  std::vector<std::uint64_t> activity;
  for (const auto* log : layers) {
    const auto actions = count_activity(*log, options.max_object_actions);
    activity.resize(std::max(activity.size(), actions.size()), 0);
    for (std::size_t account = 0; account < actions.size(); ++account) {
      activity[account] += actions[account];
    }
  }
  std::vector<std::vector<std::pair<std::uint64_t, AccountId>>> order(classes_.size());
  for (AccountId account = 0; account < activity.size(); ++account) {
    if (activity[account] < options.min_objects) continue;
    const auto kind = static_cast<std::size_t>(std::bit_width(activity[account]));
    ++active_;
    ++classes_[kind].accounts;
    order[kind].emplace_back(SplitMix(options.seed ^ (std::uint64_t{account} << 20)).next(),
                             account);
  }
  for (std::size_t kind = 0; kind < classes_.size(); ++kind) {
    auto& all = order[kind];
    const auto drawn = std::min(all.size(), kDrawn);
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(drawn), all.end());
    for (std::size_t i = 0; i < drawn; ++i) classes_[kind].drawn.push_back(all[i].second);
  }
}

void InterestSample::mark(std::vector<char>& wanted) const {
  for (const auto& some : classes_) {
    for (const auto account : some.drawn) wanted[account] = 1;
  }
}

std::uint64_t InterestSample::pairs(LayerLogs layers, const std::vector<OwnActions>& own,
                                    const TimingOptions& options, RunControl* control) const {
  if (layers.empty()) return 0;
  const auto partners_of = [&](AccountId account, Meetings& meetings) {
    std::uint64_t rows = 0;
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
      for_each_horizon(*layers[layer], own[layer].of(account), options,
                       [&](auto, auto first, auto last) { rows += last - first; });
    }
    if (rows > kMostRows) return std::min(active_ - 1, rows / options.min_objects);
    std::uint64_t runs_before = 0;
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
      const auto& log = *layers[layer];
      for_each_horizon(log, own[layer].of(account), options,
                       [&](std::uint32_t run, auto first, auto last) {
                         for (auto row = first; row < last; ++row) {
                           const auto other = log.accounts()[row];
                           if (other != account) meetings.meet(other, runs_before + run);
                         }
                       });
      runs_before += log.object_count();
    }
    return meetings.take(options.min_objects);
  };
  double ends = 0.0;
  ThreadScratch<Meetings> scratch([&] { return Meetings(layers[0]->account_count()); });
  for (const auto& [accounts, drawn] : classes_) {
    if (drawn.empty()) continue;
    std::vector<std::uint64_t> partners(drawn.size());
    parallel_for_scratch(drawn.size(), 1, scratch,
                         [&](Meetings& meetings, std::size_t begin, std::size_t end) {
                           if (control != nullptr) control->check();
                           for (auto i = begin; i < end; ++i) {
                             partners[i] = partners_of(drawn[i], meetings);
                           }
                         });
    std::uint64_t sum = 0;
    for (const auto count : partners) sum += count;
    ends += static_cast<double>(sum) * static_cast<double>(accounts) /
            static_cast<double>(drawn.size());
  }
  return static_cast<std::uint64_t>(std::llround(ends / 2.0));
}

}  // namespace lockstep
