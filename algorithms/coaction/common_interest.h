#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/action_log.h"
#include "lockstep/algorithms/timing_test.h"
#include "lockstep/run_control.h"
#include "own_actions.h"

namespace lockstep {

/// The logs of all layers, whose accounts are the same.
using LayerLogs = std::span<const ActionLog* const>;

/// Accounts by activity class, and those of each class whose partners are counted.
class InterestSample {
 public:
  /// Draws by `options.seed`; small classes are taken whole.
  InterestSample(LayerLogs layers, const TimingOptions& options);

  /// Marks the accounts drawn.
  void mark(std::vector<char>& wanted) const;

  /// Pairs of accounts with `min_objects` objects, of all layers, on which both acted within the
  /// horizon. For an account with very many actions around its own the most that these allow is
  /// counted in the place of its partners. `own` holds the accounts drawn, layer by layer.
  [[nodiscard]] std::uint64_t pairs(LayerLogs layers, const std::vector<OwnActions>& own,
                                    const TimingOptions& options, RunControl* control) const;

 private:
  struct Class {
    std::uint64_t accounts = 0;
    std::vector<AccountId> drawn;
  };
  std::vector<Class> classes_;
  std::uint64_t active_ = 0;  ///< accounts with `min_objects` actions
};

}  // namespace lockstep
