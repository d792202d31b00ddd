#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/action_log.h"
#include "lockstep/algorithms/cascade_losses.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct CascadeOrder {
  std::vector<AccountId> accounts;      ///< all that are measured, in their order
  std::vector<std::uint32_t> audience;  ///< accounts that each one reaches
  std::vector<std::uint32_t> added;     ///< of those, reached by none before it; never rises
};

/// Orders measured accounts by how much audience of cascades each adds to those before it.
///
/// Cascades are those of `cascade_losses`, over all logs together. The audience of an account are
/// those that are not measured and act after it in one of its cascades. At each step the account
/// comes that adds most, of equals the one with the smallest id: as the audience of a set is
/// submodular, each prefix has at least 1 - 1/e of the most that as many accounts can have.
///
/// Lazily evaluated: what an account adds is counted anew only where it may still be the most.
/// O(actions + rounds * audience), a round being one count of one account, at least one each; 4
/// bytes an action in a cascade of a measured account. Logs have the same accounts. Throws
/// InvalidArgument on no log, a column of another length than the logs' accounts, or an option out
/// of range; Interrupted.
/// Source: Nemhauser, Wolsey and Fisher, "An analysis of approximations for maximizing submodular
/// set functions", Mathematical Programming 14, 1978; Minoux, "Accelerated greedy algorithms for
/// maximizing submodular set functions", 1978.
[[nodiscard]] CascadeOrder cascade_order(std::span<const ActionLog* const> logs,
                                         std::span<const std::uint8_t> measured,
                                         const CascadeOptions& options = {},
                                         RunControl* control = nullptr);

}  // namespace lockstep
