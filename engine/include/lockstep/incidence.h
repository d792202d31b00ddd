#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/action_log.h"
#include "lockstep/types.h"

namespace lockstep {

/// Who acted on what, whenever: the bipartite graph of accounts and objects, repeats merged.
///
/// Objects are numbered as the runs of the log that it is made from: `ActionLog::objects()[o]` is
/// the id of object o. Rows of both sides ascend. 8 bytes an account or object, and 12 an entry
/// (an account and an object that it acted on). Immutable once made.
class Incidence {
 public:
  Incidence() = default;
  /// Merges the actions of a log; objects of more than `max_object_actions` actions get no entry
  /// (0: all do). O(actions log actions of the largest object); same bytes for any threads.
  explicit Incidence(const ActionLog& log, std::uint64_t max_object_actions = 0);

  [[nodiscard]] std::uint32_t account_count() const { return size_of(account_offsets_); }
  [[nodiscard]] std::uint32_t object_count() const { return size_of(object_offsets_); }
  [[nodiscard]] std::uint64_t entries() const { return objects_.size(); }

  [[nodiscard]] std::uint32_t account_degree(AccountId account) const {
    return degree(account_offsets_, account);
  }
  [[nodiscard]] std::uint32_t object_degree(std::uint32_t object) const {
    return degree(object_offsets_, object);
  }
  /// Objects that an account acted on, ascending.
  [[nodiscard]] std::span<const std::uint32_t> objects_of(AccountId account) const {
    return row(account_offsets_, objects_, account);
  }
  /// How often it acted on each of them, at least once.
  [[nodiscard]] std::span<const std::uint32_t> actions_of(AccountId account) const {
    return row(account_offsets_, actions_, account);
  }
  /// Accounts that acted on an object, ascending.
  [[nodiscard]] std::span<const AccountId> accounts_of(std::uint32_t object) const {
    return row(object_offsets_, accounts_, object);
  }

 private:
  static std::uint32_t size_of(const std::vector<std::uint64_t>& offsets) {
    return offsets.empty() ? 0 : static_cast<std::uint32_t>(offsets.size() - 1);
  }
  static std::uint32_t degree(const std::vector<std::uint64_t>& offsets, std::uint32_t i) {
    return static_cast<std::uint32_t>(offsets[i + 1ULL] - offsets[i]);
  }
  static std::span<const std::uint32_t> row(const std::vector<std::uint64_t>& offsets,
                                            const std::vector<std::uint32_t>& values,
                                            std::uint32_t i) {
    return std::span(values).subspan(offsets[i], degree(offsets, i));
  }
  void merge_objects(const ActionLog& log, std::uint64_t max_object_actions,
                     std::vector<std::uint32_t>& actions);

  std::vector<std::uint64_t> account_offsets_;
  std::vector<std::uint64_t> object_offsets_;
  std::vector<std::uint32_t> objects_;   // rows of accounts
  std::vector<std::uint32_t> actions_;   // one an entry of `objects_`
  std::vector<std::uint32_t> accounts_;  // rows of objects
};

}  // namespace lockstep
