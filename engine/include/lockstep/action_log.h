#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/column.h"
#include "lockstep/types.h"

namespace lockstep {

/// The actions of one layer, sorted by (object, time, account): what projection reads.
///
/// Row i is "`accounts()[i]` acted on its object at `times()[i]`". Objects are runs of rows:
/// run r covers rows [offsets()[r], offsets()[r + 1]) and is the object `objects()[r]`.
/// 12 bytes a row and 12 bytes an object. Immutable once made; moves, never copies.
class ActionLog {
 public:
  ActionLog() = default;

  /// Sorts loose columns, of equal length and below 2^32 rows, into a log.
  /// `account_count` bounds the account ids: InvalidArgument where an id reaches it.
  /// Costs one parallel sort: about 0.1 s a million rows on one core.
  static ActionLog from_columns(std::span<const AccountId> accounts,
                                std::span<const ObjectId> objects, std::span<const TimeS> times,
                                std::uint32_t account_count);

  /// Copies columns that are sorted by (object, time, account) already; one parallel pass checks
  /// that they are: InvalidArgument where they are not.
  static ActionLog from_sorted(std::vector<AccountId> accounts, std::span<const ObjectId> objects,
                               std::vector<TimeS> times, std::uint32_t account_count);

  /// Takes a log that its caller has put in order and checked: run r is the object `objects[r]`
  /// and covers rows [offsets[r], offsets[r + 1]). Costs nothing. InvalidArgument on columns whose
  /// lengths do not agree.
  static ActionLog from_runs(Column<AccountId> accounts, Column<TimeS> times,
                             Column<ObjectId> objects, Column<std::uint64_t> offsets,
                             std::uint32_t account_count);

  [[nodiscard]] std::uint64_t size() const { return accounts_.size(); }
  [[nodiscard]] bool empty() const { return accounts_.empty(); }
  [[nodiscard]] std::uint32_t account_count() const { return account_count_; }
  [[nodiscard]] std::size_t object_count() const { return objects_.size(); }  ///< runs, not ids
  [[nodiscard]] std::span<const AccountId> accounts() const { return accounts_.view(); }
  [[nodiscard]] std::span<const TimeS> times() const { return times_.view(); }
  [[nodiscard]] std::span<const ObjectId> objects() const { return objects_.view(); }
  [[nodiscard]] std::span<const std::uint64_t> offsets() const;

 private:
  Column<AccountId> accounts_;
  Column<TimeS> times_;
  Column<ObjectId> objects_;
  Column<std::uint64_t> offsets_;  ///< none, or a run more than `objects_`
  std::uint32_t account_count_ = 0;
};

}  // namespace lockstep
