#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "lockstep/action_log.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct CascadeOptions {
  std::int64_t horizon_s = 6 * 3600;  ///< an action follows those at most so long before it; >= 0
};

/// Of an account that is never taken away, or of an audience that is never lost.
inline constexpr std::uint32_t kNeverLost = std::numeric_limits<std::uint32_t>::max();

/// When the audience of the cascades of `measured` accounts is lost, as accounts are taken away.
///
/// A cascade is what follows on one object without a silence longer than the horizon, each account
/// by its first action on it. The accounts of its first moment start it; each other one is
/// reached by a chain of actions from a start, each later than the one before by at most the
/// horizon. Accounts that are not measured, and act after one that is, are its audience.
///
/// Account a is taken away as number `step[a]` >= 1, or never. The value of an account is the
/// number of accounts taken away after which no chain is left to it in any cascade in whose
/// audience it is; kNeverLost where one always is, 0 where it is in no such audience. So with
/// values over several logs, their maximum is that of all of them.
///
/// O(actions) time, 12 bytes an account. Throws InvalidArgument on columns of another length than
/// the log's accounts, a step of 0, or an option out of range; Interrupted.
/// Source: time-respecting paths with a longest wait, Holme and Saramaki, "Temporal networks",
/// Physics Reports 519, 2012; cascades by first actions, Goel, Watts and Goldstein, "The structure
/// of online diffusion networks", EC 2012.
[[nodiscard]] std::vector<std::uint32_t> cascade_losses(const ActionLog& log,
                                                        std::span<const std::uint8_t> measured,
                                                        std::span<const std::uint32_t> step,
                                                        const CascadeOptions& options = {},
                                                        RunControl* control = nullptr);

}  // namespace lockstep
