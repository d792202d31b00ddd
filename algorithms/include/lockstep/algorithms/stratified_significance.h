#pragma once

#include <cstdint>
#include <span>

#include "lockstep/action_log.h"
#include "lockstep/algorithms/significance.h"
#include "lockstep/run_control.h"

namespace lockstep {

/// In which stretches of time the accounts of actions are exchangeable.
enum class Strata {
  kDay,         ///< UTC days: accounts that were active on the same days
  kHourOfWeek,  ///< 168 hours: accounts that keep the same hours
};

struct StratifiedOptions {
  Strata strata = Strata::kDay;
  std::int64_t window_s = 60;
  std::uint32_t min_objects = 2;
  std::uint64_t max_object_actions = 0;  ///< leave out objects with more actions; 0: none
};

/// `significance` under a null that keeps the rhythm of accounts: their labels are exchangeable
/// only over the actions of one stratum, so that two who are awake at the same hours, or came
/// for the same days, are expected to meet more often.
///
/// lambda = sum over strata s and objects o of 1 - exp(-2 w_os d_as d_bs / N_s^2), where w_os are
/// the pairs of actions within the window, both in s, and d_as and N_s the actions of an account
/// and of all in s. Pairs across the end of a day or hour make a stratum of their own, with the
/// activity of the whole log. An object in several strata counts in each, so lambda errs on the
/// side of chance. Relative error of each term below 1e-3 (a table of 256 points a stratum).
/// O(rows log rows + for each pair, the strata in which both are active). Memory: 8 bytes an
/// account and stratum. Throws InvalidArgument on a negative window, columns of different lengths
/// or an account past the log's; Interrupted.
[[nodiscard]] SignificanceResult stratified_significance(const ActionLog& log,
                                                         std::span<const AccountId> source,
                                                         std::span<const AccountId> target,
                                                         std::span<const std::uint32_t> objects,
                                                         const StratifiedOptions& options = {},
                                                         RunControl* control = nullptr);

}  // namespace lockstep
