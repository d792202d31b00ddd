#include "lockstep/algorithms/timing_test.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "common_interest.h"
#include "lag_baseline.h"
#include "lockstep/algorithms/poisson_binomial.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "own_actions.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 64;

void check(const TimingOptions& options, std::span<const std::int64_t> windows_s) {
  for (const auto window_s : windows_s) {
    if (window_s < 0) {
      throw InvalidArgument("window_s is " + std::to_string(window_s) + "; give 0 or more seconds");
    }
    if (options.horizon_s <= window_s) {
      throw InvalidArgument("horizon_s is " + std::to_string(options.horizon_s) +
                            "; give more than window_s (" + std::to_string(window_s) + ")");
    }
  }
  if (options.min_objects < 1) throw InvalidArgument("min_objects is 0; give at least 1");
  if (!(options.lockstep_share >= 0.0) || options.lockstep_share > 1.0) {
    throw InvalidArgument("lockstep_share is " + std::to_string(options.lockstep_share) +
                          "; give 0 to 1");
  }
  if (!(options.shrinkage >= 0.0) || !std::isfinite(options.shrinkage)) {
    throw InvalidArgument("shrinkage is " + std::to_string(options.shrinkage) +
                          "; give 0 or more actions");
  }
}

/// The window of each layer, the common one first where there is no layer.
std::vector<std::int64_t> windows_of(const TimingOptions& options, std::size_t layers) {
  if (options.layer_windows_s.empty())
    return std::vector(std::max<std::size_t>(layers, 1), options.window_s);
  if (options.layer_windows_s.size() != layers) {
    throw InvalidArgument("there are " + std::to_string(layers) + " layers and " +
                          std::to_string(options.layer_windows_s.size()) + " windows");
  }
  return options.layer_windows_s;
}

/// The accounts paired with each account in the list of pairs.
class Partners {
 public:
  Partners(std::uint32_t accounts, std::span<const AccountId> source,
           std::span<const AccountId> target)
      : offsets_(accounts + 1ULL, 0) {
    for (const auto side : {source, target}) {
      for (const auto account : side) ++offsets_[account + 1ULL];
    }
    for (std::size_t i = 1; i < offsets_.size(); ++i) offsets_[i] += offsets_[i - 1];
    others_.resize(offsets_.back());
    auto next = offsets_;
    for (std::size_t i = 0; i < source.size(); ++i) {
      others_[next[source[i]]++] = target[i];
      others_[next[target[i]]++] = source[i];
    }
  }

  /// a, b and all that are paired with one of them, each once.
  void around(AccountId a, AccountId b, std::vector<AccountId>& all) const {
    all.assign({a, b});
    for (const auto end : {a, b}) {
      all.insert(all.end(), others_.begin() + static_cast<std::ptrdiff_t>(offsets_[end]),
                 others_.begin() + static_cast<std::ptrdiff_t>(offsets_[end + 1ULL]));
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
  }

 private:
  std::vector<std::uint64_t> offsets_;
  std::vector<AccountId> others_;
};

/// Seconds from `time` to the closest of `actions`, which are not empty and ascend in time.
std::uint64_t closest(TimeS time, std::span<const OwnAction> actions) {
  const auto after = std::partition_point(actions.begin(), actions.end(),
                                          [&](const OwnAction& a) { return a.time < time; });
  std::uint64_t least = ~0ULL;
  if (after != actions.end()) least = distance(after->time, time);
  if (after != actions.begin()) least = std::min(least, distance((after - 1)->time, time));
  return least;
}

/// Actions of `some` at most `limit` from one of `actions`.
std::uint64_t count_near(std::span<const OwnAction> some, std::span<const OwnAction> actions,
                         std::int64_t limit) {
  return static_cast<std::uint64_t>(std::count_if(some.begin(), some.end(), [&](const auto& a) {
    return closest(a.time, actions) <= static_cast<std::uint64_t>(limit);
  }));
}

/// Rows of one object, given by its ascending times, at most `limit` from one of `actions`.
std::uint64_t rows_near(std::span<const TimeS> times, std::span<const OwnAction> actions,
                        std::int64_t limit) {
  const auto width = static_cast<std::uint64_t>(limit);
  std::uint64_t rows = 0;
  auto from = times.begin();
  for (const auto& action : actions) {
    const auto begin = std::partition_point(from, times.end(), [&](TimeS t) {
      return t < action.time && distance(t, action.time) > width;
    });
    from = std::partition_point(begin, times.end(), [&](TimeS t) {
      return t < action.time || distance(t, action.time) <= width;
    });
    rows += static_cast<std::uint64_t>(from - begin);
  }
  return rows;
}

/// What the test needs to know of one layer.
class Layer {
 public:
  Layer(const ActionLog& log, TimingOptions options, const OwnActions& own,
        const std::vector<char>& named)
      : log_(log), options_(std::move(options)), own_(own), baseline_(log, options_, named) {}

  /// Appends the chance of a meeting on each object in common; returns on how many they met.
  std::uint32_t meetings(AccountId a, AccountId b, const std::vector<AccountId>& suspects,
                         std::vector<double>& chances) const {
    std::uint32_t met = 0;
    const std::array ends{a, b};
    for_each_common(own_.of(a), own_.of(b), [&](const auto& of_a, const auto& of_b) {
      const auto actions = log_.offsets()[of_a[0].run + 1ULL] - log_.offsets()[of_a[0].run];
      if (options_.max_object_actions != 0 && actions > options_.max_object_actions) return;
      const auto b_near = count_near(of_b, of_a, options_.horizon_s);
      if (b_near == 0) return;
      const auto a_near = count_near(of_a, of_b, options_.horizon_s);
      const auto left_out = baseline_.in_lockstep(of_a[0].run)
                                ? std::span<const AccountId>(suspects)
                                : std::span<const AccountId>(ends);
      chances.push_back((chance(of_a, b_near, left_out) + chance(of_b, a_near, left_out)) / 2.0);
      met += count_near(of_b, of_a, options_.window_s) != 0 ? 1 : 0;
    });
    return met;
  }

 private:
  /// That one of `tries` actions, each within the horizon of `actions`, is within the window too.
  double chance(std::span<const OwnAction> actions, std::uint64_t tries,
                std::span<const AccountId> left_out) const {
    const auto run = actions[0].run;
    const auto first = log_.offsets()[run];
    const auto times = log_.times().subspan(first, log_.offsets()[run + 1ULL] - first);
    auto close = rows_near(times, actions, options_.window_s);
    auto near = rows_near(times, actions, options_.horizon_s);
    for (const auto account : left_out) {
      const auto theirs = own_.of(account, run);
      if (theirs.empty()) continue;
      close -= count_near(theirs, actions, options_.window_s);
      near -= count_near(theirs, actions, options_.horizon_s);
    }
    const double weight = static_cast<double>(near) + options_.shrinkage;
    const double base = baseline_.of(times.size());
    const double once =
        weight == 0.0 ? base : (static_cast<double>(close) + options_.shrinkage * base) / weight;
    return -std::expm1(static_cast<double>(tries) * std::log1p(-std::min(once, 1.0)));
  }

  const ActionLog& log_;
  TimingOptions options_;  ///< with the layer's own window
  const OwnActions& own_;
  LagBaseline baseline_;
};

struct Scratch {
  std::vector<double> chances;
  std::vector<AccountId> suspects;
};

void check_layers(std::span<const ActionLog* const> layers, std::uint32_t accounts) {
  for (const auto* log : layers) {
    if (log->account_count() == accounts) continue;
    throw InvalidArgument("the layers have " + std::to_string(accounts) + " and " +
                          std::to_string(log->account_count()) +
                          " accounts; give logs of the same accounts");
  }
}

}  // namespace

TimingResult timing_test(std::span<const ActionLog* const> layers,
                         std::span<const AccountId> source, std::span<const AccountId> target,
                         const TimingOptions& options, RunControl* control) {
  const auto windows_s = windows_of(options, layers.size());
  check(options, windows_s);
  if (source.size() != target.size()) {
    throw InvalidArgument("source and target have different lengths");
  }
  const std::uint32_t accounts = layers.empty() ? 0 : layers[0]->account_count();
  check_layers(layers, accounts);
  const auto named = accounts_named(accounts, source, target);
  const InterestSample sample(layers, options);
  auto wanted = named;
  sample.mark(wanted);
  std::vector<OwnActions> own;
  for (const auto* log : layers) own.emplace_back(*log, wanted);
  std::vector<Layer> each;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    auto own_window = options;
    own_window.window_s = windows_s[i];
    each.emplace_back(*layers[i], std::move(own_window), own[i], named);
  }
  const Partners partners(accounts, source, target);
  const std::size_t pairs = source.size();
  TimingResult result{std::vector<std::uint32_t>(pairs), std::vector<std::uint32_t>(pairs),
                      std::vector<double>(pairs), std::vector<double>(pairs),
                      std::vector<double>(pairs)};
  parallel_for_scratch(
      pairs, kGrain, [] { return Scratch(); },
      [&](Scratch& scratch, std::size_t begin, std::size_t end) {
        if (control != nullptr) control->check();
        auto& chances = scratch.chances;
        for (auto i = begin; i < end; ++i) {
          partners.around(source[i], target[i], scratch.suspects);
          chances.clear();
          for (const auto& layer : each) {
            result.met[i] += layer.meetings(source[i], target[i], scratch.suspects, chances);
          }
          result.common[i] = static_cast<std::uint32_t>(chances.size());
          for (const double q : chances) result.expected[i] += q;
          result.log10_p[i] = log10_poisson_binomial_upper_tail(chances, result.met[i]);
          result.p_value[i] = std::pow(10.0, result.log10_p[i]);
        }
      });
  result.testable = std::max<std::uint64_t>(sample.pairs(layers, own, options, control), pairs);
  return result;
}

}  // namespace lockstep
