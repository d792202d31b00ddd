#pragma once

#include <cstdint>
#include <vector>

#include "lockstep/action_log.h"
#include "lockstep/mapped_array.h"

namespace lockstep {

/// The rows at most a window away from one action: [begin, end), within the action's object.
struct Window {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t object_run = 0;
};

/// A log turned for the row-wise product: for each account the windows around its actions.
///
/// Accounts are renamed by rank, the most active first (ties by id), so that partners met often
/// lie close together in a table indexed by rank.
struct WindowIndex {
  std::vector<AccountId> account_of_rank;  ///< accounts with an action, by rank
  std::vector<std::uint32_t> rank_of_row;  ///< the account of each row of the log, as a rank
  std::vector<std::uint64_t> offsets;      ///< of each rank in `windows`; one more at the end
  MappedArray<Window> windows;  ///< by rank, then in row order; windows of one row are left out

  [[nodiscard]] std::uint64_t bytes() const;
};

/// Two linear passes over the rows and one scatter; the same for any thread count.
[[nodiscard]] WindowIndex window_index(const ActionLog& log, std::int64_t window_s);

}  // namespace lockstep
