#include "lag_baseline.h"

#include <array>
#include <bit>
#include <span>

#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kClasses = 65;
constexpr std::size_t kGrain = 1 << 12;
constexpr double kLean = 50.0;  // pairs that the layer as a whole counts as in each class

struct Pairs {
  std::uint64_t close = 0;  ///< within the window
  std::uint64_t near = 0;   ///< within the horizon
};
using ByClass = std::array<Pairs, kClasses>;

std::size_t class_of(std::uint64_t actions) {
  return static_cast<std::size_t>(std::bit_width(actions));
}

/// Pairs among ascending times at most `limit` apart.
std::uint64_t pairs_within(std::span<const TimeS> times, std::int64_t limit) {
  std::uint64_t pairs = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    while (static_cast<std::uint64_t>(times[i]) - static_cast<std::uint64_t>(times[begin]) >
           static_cast<std::uint64_t>(limit)) {
      ++begin;
    }
    pairs += i - begin;
  }
  return pairs;
}

}  // namespace

LagBaseline::LagBaseline(const ActionLog& log, const TimingOptions& options,
                         const std::vector<char>& listed)
    : in_lockstep_(log.object_count(), 1) {
  const auto offsets = log.offsets();
  const auto sums = parallel_reduce(
      log.object_count(), kGrain, ByClass{},
      [&](std::size_t begin, std::size_t end) {
        ByClass found{};
        std::vector<TimeS> times;
        std::vector<TimeS> listed_times;
        for (auto run = begin; run < end; ++run) {
          const auto actions = offsets[run + 1] - offsets[run];
          if (options.max_object_actions != 0 && actions > options.max_object_actions) continue;
          times.clear();
          listed_times.clear();
          for (auto row = offsets[run]; row < offsets[run + 1]; ++row) {
            (listed[log.accounts()[row]] == 0 ? times : listed_times).push_back(log.times()[row]);
          }
          const bool few = static_cast<double>(listed_times.size()) <= options.shrinkage;
          in_lockstep_[run] =
              few || static_cast<double>(pairs_within(listed_times, options.window_s)) >=
                         options.lockstep_share *
                             static_cast<double>(pairs_within(listed_times, options.horizon_s));
          auto& pairs = found[class_of(actions)];
          pairs.close += pairs_within(times, options.window_s);
          pairs.near += pairs_within(times, options.horizon_s);
        }
        return found;
      },
      [](ByClass sum, const ByClass& more) {
        for (std::size_t i = 0; i < kClasses; ++i) {
          sum[i].close += more[i].close;
          sum[i].near += more[i].near;
        }
        return sum;
      });
  Pairs all;
  for (const auto& [close, near] : sums) all = {all.close + close, all.near + near};
  // Without any pair to learn from: moments drawn evenly over the horizon.
  const double whole = all.near == 0
                           ? static_cast<double>(2 * options.window_s + 1) /
                                 static_cast<double>(2 * options.horizon_s + 1)
                           : static_cast<double>(all.close) / static_cast<double>(all.near);
  for (const auto& [close, near] : sums) {
    share_.push_back((static_cast<double>(close) + kLean * whole) /
                     (static_cast<double>(near) + kLean));
  }
}

double LagBaseline::of(std::uint64_t actions) const { return share_[class_of(actions)]; }

}  // namespace lockstep
