#include "lockstep/algorithms/cascade_losses.h"

#include <algorithm>
#include <string>
#include <utility>

#include "../coaction/own_actions.h"
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

/// Walks one object after another; what it keeps a row is done with at the next.
class Walk {
 public:
  Walk(const ActionLog& log, std::span<const std::uint8_t> measured,
       std::span<const std::uint32_t> step, std::uint64_t horizon_s)
      : log_(log),
        measured_(measured),
        step_(step),
        horizon_s_(horizon_s),
        recent_(horizon_s),
        last_run_(log.account_count(), kNoRun),
        losses_(log.account_count(), 0) {}

  void visit(std::uint32_t run) {
    bool started = false;
    bool after_measured = false;
    TimeS last = 0;
    const auto offsets = log_.offsets();
    for (std::uint64_t row = offsets[run]; row < offsets[run + 1ULL];) {
      const TimeS time = log_.times()[row];
      row = gather_moment(run, row, offsets[run + 1ULL]);
      if (moment_.empty()) continue;
      const bool goes_on = started && distance(last, time) <= horizon_s_;
      if (!goes_on) {
        recent_.clear();
        after_measured = false;
      }
      const std::uint32_t reached = goes_on ? recent_.best(time) : kNeverLost;
      bool met = false;
      for (const AccountId account : moment_) {
        const std::uint32_t loss = std::min(step_[account], reached);
        recent_.push(time, loss);
        met |= measured_[account] != 0;
        if (after_measured && measured_[account] == 0) {
          losses_[account] = std::max(losses_[account], loss);
        }
      }
      after_measured |= met;
      started = true;
      last = time;
    }
  }

  std::vector<std::uint32_t> take() { return std::move(losses_); }

 private:
  static constexpr std::uint32_t kNoRun = std::numeric_limits<std::uint32_t>::max();

  /// Accounts whose first action on the object is at the moment of `row`; the row after it.
  std::uint64_t gather_moment(std::uint32_t run, std::uint64_t row, std::uint64_t end) {
    moment_.clear();
    const TimeS time = log_.times()[row];
    for (; row < end && log_.times()[row] == time; ++row) {
      const AccountId account = log_.accounts()[row];
      if (last_run_[account] == run) continue;
      last_run_[account] = run;
      moment_.push_back(account);
    }
    return row;
  }

  const ActionLog& log_;
  std::span<const std::uint8_t> measured_;
  std::span<const std::uint32_t> step_;
  std::uint64_t horizon_s_;
  LatestLosses recent_;
  std::vector<std::uint32_t> last_run_;  // object on which each account was seen last
  std::vector<std::uint32_t> losses_;
  std::vector<AccountId> moment_;
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
  Walk walk(log, measured, step, static_cast<std::uint64_t>(options.horizon_s));
  for (std::uint32_t run = 0; run < log.object_count(); ++run) {
    if (control != nullptr && run % 1024 == 0) control->check();
    walk.visit(run);
  }
  return walk.take();
}

}  // namespace lockstep
