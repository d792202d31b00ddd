#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/action_log.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct TimingOptions {
  std::int64_t window_s = 60;            ///< at most so far apart is the same moment; >= 0
  std::int64_t horizon_s = 6 * 3600;     ///< at most so far apart is the same interest; > window_s
  std::uint32_t min_objects = 2;         ///< objects of common interest that make a pair testable
  std::uint64_t max_object_actions = 0;  ///< leave out objects with more actions; 0: none
  double shrinkage = 50.0;               ///< actions that the layer's own baseline counts as; >= 0
  std::uint64_t seed = 0;                ///< of the accounts from which `testable` is estimated
  std::vector<std::int64_t> layer_windows_s = {};  ///< one a layer; empty: window_s for all of them
  /// From 0 to 1: an object is in lockstep where at least this share of the pairs of actions of
  /// listed accounts within the horizon are within the window too.
  double lockstep_share = 0.5;
};

/// One test a pair, in the pairs' order.
struct TimingResult {
  std::vector<std::uint32_t> common;  ///< objects of all layers on which both acted within it
  std::vector<std::uint32_t> met;     ///< those on which they met within the window
  std::vector<double> expected;       ///< how many of `common` chance would make them meet on
  std::vector<double> p_value;        ///< P(meetings >= met), 0 where below 1e-307
  std::vector<double> log10_p;        ///< its logarithm
  /// Pairs of accounts with `min_objects` objects in common within the horizon, in all layers:
  /// counted where accounts are few, else estimated to about a tenth from 64 accounts of each
  /// class of activity, and from above where an account is very busy.
  std::uint64_t testable = 0;
};

/// Tests beyond shared interest: of the objects on which both accounts of a pair acted within the
/// horizon, do they meet within the window on more than others who act on those objects would?
///
/// Given that a acted on an object and b did within the horizon of it, b's moment is taken to be
/// drawn as those of the other accounts around a's: q = (n_W + s pi) / (n_H + s), where n_W and
/// n_H are their actions within window and horizon of a, and pi is the share n_W / n_H over all
/// objects of the layer of like popularity, which counts as s actions (`shrinkage`). The mean of q
/// seen from a and from b is the chance of a meeting, and the p-value the upper tail of the
/// Poisson-binomial law of these chances. A campaign must not vouch for itself: neither a, b nor
/// any account paired with one of them in the list counts as another account on an object in
/// lockstep, and no account of the list counts for pi. On other objects the listed accounts are a
/// crowd, which speaks for itself: a burst of real interest makes q large, however short the lag,
/// and also where all of its fans are in the list.
///
/// `layers` are logs of the same accounts, and what a pair did in all of them makes one test.
/// `source` and `target` are the pairs, each once, that passed the test of activity
/// (`significance`) in any layer.
/// O(rows + for each pair, objects in common times accounts paired with its ends). Memory:
/// 12 bytes a row of the accounts named or sampled. Same bytes for any thread count. Throws
/// InvalidArgument on an option out of range, an account past the logs' or logs of other accounts
/// than each other's; Interrupted.
[[nodiscard]] TimingResult timing_test(std::span<const ActionLog* const> layers,
                                       std::span<const AccountId> source,
                                       std::span<const AccountId> target,
                                       const TimingOptions& options = {},
                                       RunControl* control = nullptr);

}  // namespace lockstep
