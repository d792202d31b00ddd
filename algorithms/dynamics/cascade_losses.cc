#include "lockstep/algorithms/cascade_losses.h"

#include <algorithm>
#include <string>

#include "cascade_moments.h"
#include "lockstep/error.h"

namespace lockstep {
namespace {

/// The largest value among actions within the horizon: a monotone queue over time.
class LatestLosses {
 public:
  explicit LatestLosses(std::uint64_t horizon_s) : horizon_s_(horizon_s) {}

  void clear() {
    queue_.clear();
    front_ = 0;
  }

  void push(TimeS time, std::uint32_t loss) {
    while (queue_.size() > front_ && queue_.back().loss <= loss) queue_.pop_back();
    queue_.push_back({time, loss});
  }

  /// Of the actions that `time` can still follow; there is one in a cascade that goes on.
  [[nodiscard]] std::uint32_t best(TimeS time) {
    while (distance(queue_[front_].time, time) > horizon_s_) ++front_;
    return queue_[front_].loss;
  }

 private:
  struct Entry {
    TimeS time;
    std::uint32_t loss;
  };
  std::uint64_t horizon_s_;
  std::vector<Entry> queue_;
  std::size_t front_ = 0;
};

}  // namespace

std::vector<std::uint32_t> cascade_losses(const ActionLog& log,
                                          std::span<const std::uint8_t> measured,
                                          std::span<const std::uint32_t> step,
                                          const CascadeOptions& options, RunControl* control) {
  if (options.horizon_s < 0) {
    throw InvalidArgument("horizon_s is " + std::to_string(options.horizon_s) +
                          "; give 0 or more seconds");
  }
  if (measured.size() != log.account_count() || step.size() != log.account_count()) {
    throw InvalidArgument("measured and step need one value for each of " +
                          std::to_string(log.account_count()) + " accounts");
  }
  if (std::find(step.begin(), step.end(), 0U) != step.end()) {
    throw InvalidArgument("step is 0; the first account taken away is 1");
  }
  const auto horizon_s = static_cast<std::uint64_t>(options.horizon_s);
  std::vector<std::uint32_t> losses(log.account_count(), 0);
  LatestLosses recent(horizon_s);
  bool after_measured = false;
  walk_cascades(log, horizon_s, control,
                [&](std::span<const AccountId> moment, TimeS time, bool begins) {
                  if (begins) {
                    recent.clear();
                    after_measured = false;
                  }
                  const std::uint32_t reached = begins ? kNeverLost : recent.best(time);
                  bool met = false;
                  for (const AccountId account : moment) {
                    const std::uint32_t loss = std::min(step[account], reached);
                    recent.push(time, loss);
                    met |= measured[account] != 0;
                    if (after_measured && measured[account] == 0) {
                      losses[account] = std::max(losses[account], loss);
                    }
                  }
                  after_measured |= met;
                });
  return losses;
}

}  // namespace lockstep
