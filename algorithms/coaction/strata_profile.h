#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/action_log.h"
#include "lockstep/algorithms/significance.h"
#include "lockstep/algorithms/stratified_significance.h"

namespace lockstep {

/// Actions of one account in one stratum.
struct StratumActions {
  std::uint32_t stratum = 0;
  std::uint32_t actions = 0;
};

/// Activity and crowding of a layer, stratum by stratum.
class StrataProfile {
 public:
  StrataProfile(const ActionLog& log, const StratifiedOptions& options);

  [[nodiscard]] std::uint32_t accounts() const {
    return static_cast<std::uint32_t>(offsets_.size() - 1);
  }
  /// The strata in which an account acted, ascending; the last holds all it did, for pairs of
  /// actions across the end of a stratum.
  [[nodiscard]] std::span<const StratumActions> of(AccountId account) const {
    return std::span(activity_).subspan(offsets_[account], counts_[account]);
  }
  /// Of each stratum: N, the largest activity alone, and its crowding.
  [[nodiscard]] const std::vector<LayerProfile>& strata() const { return strata_; }

  /// Pairs of actions within the window on one object, in one stratum.
  struct Crowd {
    std::uint32_t stratum = 0;
    std::uint64_t pairs = 0;
    friend auto operator<=>(const Crowd&, const Crowd&) = default;
  };

 private:
  void count_activity(const ActionLog& log, const StratifiedOptions& options);
  void add_crowds(const ActionLog& log, std::size_t run, std::int64_t window_s,
                  std::vector<Crowd>& found) const;
  void count_pairs(const ActionLog& log, const StratifiedOptions& options);
  [[nodiscard]] std::uint32_t stratum_of(TimeS time) const;
  /// The stretch of time a stratum is made of: a day, or one hour of one week.
  [[nodiscard]] TimeS stretch_of(TimeS time) const;

  Strata kind_;
  std::vector<std::int64_t> days_;      ///< ascending; of strata by day
  std::vector<std::uint64_t> offsets_;  ///< where the strata of an account begin, and the end
  std::vector<std::uint32_t> counts_;   ///< how many there are
  std::vector<StratumActions> activity_;
  std::vector<LayerProfile> strata_;
};

}  // namespace lockstep
