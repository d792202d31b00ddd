#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lockstep/action_log.h"
#include "lockstep/mapped_array.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct CoactionOptions {
  std::int64_t window_s = 60;     ///< two actions this many seconds apart, or less, pair up; >= 0
  std::uint32_t min_objects = 2;  ///< keep pairs with this many distinct objects, at least 1
  std::uint64_t max_object_actions = 0;  ///< leave out objects with more actions; 0 leaves out none
  std::uint64_t memory_bytes = 3ULL << 30;  ///< beside the log; past it, results spill to a file
  std::string spill_folder = {};  ///< folder of that file, unlinked; empty means $TMPDIR or /tmp
};

/// An object that was left out for its popularity.
struct LeftOut {
  ObjectId object = 0;
  std::uint64_t actions = 0;
};

/// Account pairs in (source, target) order, as columns of equal length.
struct CoactionResult {
  MappedArray<AccountId> source;       ///< the smaller id
  MappedArray<AccountId> target;       ///< the larger id
  MappedArray<std::uint32_t> objects;  ///< distinct objects on which both acted within the window
  MappedArray<std::uint64_t> pairs;    ///< pairs of actions behind them
  std::uint64_t pair_instances = 0;    ///< pairs of actions of two accounts, `left_out` apart
  std::vector<LeftOut> left_out;       ///< objects above the cap, all of them, in order of id
  bool spilled = false;                ///< whether `memory_bytes` was passed
};

/// Projects a log of actions onto pairs of accounts that act on the same objects together.
///
/// Two actions on one object by different accounts, at most `window_s` apart, are a pair; a
/// pair of accounts is kept when such pairs lie on at least `min_objects` distinct objects.
/// No object is capped for its popularity unless asked for, and then each is listed. For each
/// account in turn, the windows around its own actions are folded into a per-thread table of
/// partners (Gustavson's row-wise sparse product), partners being only the more active accounts:
/// each pair is met once, hot objects spread over all their accounts, and no list of pair
/// instances is ever held. Accounts are taken in bands of like activity, and in each band as many
/// at a time as `memory_bytes` has room for.
/// O(rows log rows + pair instances) time. Memory: 4 to 16 bytes a row for the rows, 16 a row of
/// the band at hand for its windows (at least a sixteenth of it), 13 bytes an account, 4 an
/// account and thread (20 where an account acts on 256 objects or more), and 44 bytes a kept pair
/// at the peak, of which 24 may spill. Same bytes for any thread count.
/// Throws InvalidArgument on an option out of range, Interrupted once `control` is cancelled.
/// Source: Pacheco et al., "Uncovering Coordinated Networks on Social Media", ICWSM 2021;
/// Gustavson, "Two Fast Algorithms for Sparse Matrices", ACM TOMS 1978.
[[nodiscard]] CoactionResult coaction(const ActionLog& log, const CoactionOptions& options = {},
                                      RunControl* control = nullptr);

}  // namespace lockstep
