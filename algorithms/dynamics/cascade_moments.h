#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "../coaction/own_actions.h"
#include "lockstep/action_log.h"
#include "lockstep/run_control.h"

namespace lockstep {

/// Walks the cascades of a log, one object after another, moment by moment.
///
/// A moment has the accounts whose first action on the object is at that second. `on_moment` is
/// called with them, the time, and whether a cascade begins there: the first on the object, or
/// after a silence longer than the horizon. O(rows); the span holds during the call.
template <class OnMoment>
void walk_cascades(const ActionLog& log, std::uint64_t horizon_s, RunControl* control,
                   OnMoment&& on_moment) {
  constexpr auto kNoRun = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> last_run(log.account_count(), kNoRun);  // each account was seen in
  std::vector<AccountId> moment;
  const auto offsets = log.offsets();
  for (std::uint32_t run = 0; run < log.object_count(); ++run) {
    if (control != nullptr && run % 1024 == 0) control->check();
    bool started = false;
    TimeS last = 0;
    for (std::uint64_t row = offsets[run]; row < offsets[run + 1ULL];) {
      const TimeS time = log.times()[row];
      moment.clear();
      for (; row < offsets[run + 1ULL] && log.times()[row] == time; ++row) {
        const AccountId account = log.accounts()[row];
        if (last_run[account] == run) continue;
        last_run[account] = run;
        moment.push_back(account);
      }
      if (moment.empty()) continue;
      on_moment(std::span<const AccountId>(moment), time,
                !started || distance(last, time) > horizon_s);
      started = true;
      last = time;
    }
  }
}

}  // namespace lockstep
