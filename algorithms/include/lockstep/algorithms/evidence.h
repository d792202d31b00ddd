#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/action_log.h"
#include "lockstep/run_control.h"

namespace lockstep {

/// The co-actions behind edges, as columns of equal length, in (edge, object) order.
struct EvidenceResult {
  std::vector<std::uint64_t> edge;            ///< index into the edges asked for
  std::vector<ObjectId> object;               ///< what both acted on
  std::vector<TimeS> source_time_s;           ///< when the source did, in the closest pair
  std::vector<TimeS> target_time_s;           ///< when the target did, in the closest pair
  std::vector<std::uint64_t> pairs;           ///< pairs of actions on that object in the window
  std::vector<std::uint64_t> object_actions;  ///< actions of anybody on it: how common it is
};

/// Lists, for each edge (source[i], target[i]), every object on which both acted within
/// `window_s`, with the closest pair of times (the earliest of equals).
///
/// One row an edge and object; nothing is cut. O(rows + rows of the accounts asked for).
/// Throws InvalidArgument on a negative window or an account past the log's.
[[nodiscard]] EvidenceResult evidence(const ActionLog& log, std::span<const AccountId> source,
                                      std::span<const AccountId> target, std::int64_t window_s,
                                      RunControl* control = nullptr);

/// What pairs share, as columns in their order.
struct SharedObjects {
  std::vector<std::uint32_t> objects;  ///< on which both acted within the window
  std::vector<std::uint64_t> pairs;    ///< pairs of actions behind them
};

/// What `coaction` would say of these pairs, 0 where they never met: for pairs found elsewhere.
///
/// Objects of more than `max_object_actions` actions do not count (0: all do). Costs as `evidence`
/// and holds no more than the result. Throws as `evidence`.
[[nodiscard]] SharedObjects shared_objects(const ActionLog& log, std::span<const AccountId> source,
                                           std::span<const AccountId> target, std::int64_t window_s,
                                           std::uint64_t max_object_actions = 0,
                                           RunControl* control = nullptr);

}  // namespace lockstep
