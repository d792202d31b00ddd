#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/action_log.h"

namespace lockstep {

/// Accounts renamed by rank, the most active first (ties by id), so that partners met often lie
/// close together in a table indexed by rank.
struct Ranking {
  std::vector<AccountId> account_of_rank;      ///< accounts with an action
  std::vector<std::uint32_t> activity;         ///< of each rank, falling
  std::vector<std::uint32_t> rank_of_account;  ///< kNoRank where it has no action
  static constexpr std::uint32_t kNoRank = ~0U;

  [[nodiscard]] std::uint32_t ranks() const {
    return static_cast<std::uint32_t>(account_of_rank.size());
  }
};

/// Actions of each account, on objects of at most `max_object_actions` actions (0: on all).
[[nodiscard]] std::vector<std::uint32_t> count_activity(const ActionLog& log,
                                                        std::uint64_t max_object_actions);

[[nodiscard]] Ranking rank_accounts(const ActionLog& log, std::uint64_t max_object_actions);

/// The rows of a log that belong to the most active accounts, in the log's order.
///
/// A pair of accounts is met from its less active end, so only rows of more active accounts are
/// of use to an account; reading them from such a subset skips most of the rows that are not.
struct RankRows {
  std::vector<std::uint32_t> rank;         ///< the account of each row, as a rank
  std::span<const TimeS> times;            ///< of each row; the log's own, or `own_times`
  std::span<const std::uint64_t> offsets;  ///< of runs of one object; the log's, or own ones
  std::vector<TimeS> own_times;
  std::vector<std::uint64_t> own_offsets;

  RankRows() = default;
  RankRows(RankRows&&) = default;  // a moved vector keeps its memory, and so do the spans
  RankRows& operator=(RankRows&&) = default;

  [[nodiscard]] std::size_t size() const { return rank.size(); }
  [[nodiscard]] std::uint64_t bytes() const;
  /// The run that holds `row`.
  [[nodiscard]] std::size_t run_of(std::size_t row) const;
};

/// All rows; or, under a cap, those on objects of at most `max_object_actions` actions that have
/// a neighbour on their object at most a window away.
[[nodiscard]] RankRows all_rows(const ActionLog& log, const Ranking& ranking, std::int64_t window_s,
                                std::uint64_t max_object_actions);

/// The rows with a rank below `ranks`, but for those without a neighbour in `rows`.
[[nodiscard]] RankRows rows_below(const RankRows& rows, std::int64_t window_s, std::uint32_t ranks);

}  // namespace lockstep
