#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "block.h"
#include "lockstep/column.h"
#include "row_words.h"
#include "staged_rows.h"

namespace lockstep {

/// The distinct rows of a job sorted by kind, day, and then as a block's order says; targets
/// decide last.
///
/// A row without a target mostly fits into one word whose order is the rows' own, and is sorted
/// by its bits; else it is two words and a target. Either way sorting divides nothing.
class SortedRows {
 public:
  /// Other numbers for those of the rows, by number; empty where they stay as they are.
  struct Renumbering {
    std::span<const std::uint32_t> accounts;
    std::span<const std::uint32_t> objects;
  };

  /// Gives rows their numbers, drops all but one of equal rows, and sorts them: by object, as in
  /// `segments`, and by account, as in `by_account`. `objects` and `accounts` are above every
  /// number that an object or account has then.
  static std::pair<SortedRows, SortedRows> in_both_orders(StagedRows rows, const Renumbering& to,
                                                          std::uint64_t objects,
                                                          std::uint64_t accounts);

  [[nodiscard]] std::size_t size() const { return is_narrow() ? words_.size() : rows_.size(); }
  [[nodiscard]] BlockOrder order() const { return order_; }
  [[nodiscard]] bool has_targets() const { return has_targets_; }
  [[nodiscard]] ActionRow at(std::size_t i) const;
  /// Number of the row's kind and day; rows of one group are neighbours.
  [[nodiscard]] std::uint32_t group(std::size_t i) const { return parts(i).group; }
  /// Rows [begin, end), which are of one group, as columns.
  void columns(std::size_t begin, std::size_t end, BlockColumns& block) const;

 private:
  struct Packed {
    std::uint64_t first;   ///< group, then leading id
    std::uint64_t second;  ///< second of the day, then the other id
    std::uint32_t target;
    friend auto operator<=>(const Packed&, const Packed&) = default;
  };

  SortedRows(BlockOrder order, std::shared_ptr<const std::vector<KindDay>> groups,
             std::uint64_t leading_ids, std::uint64_t other_ids, bool has_targets);
  [[nodiscard]] bool is_narrow() const { return layout_.bits() <= 64 && !has_targets_; }
  [[nodiscard]] RowParts parts(std::size_t i) const;
  static Packed packed(const RowParts& row);
  static RowParts parts_of(const Packed& row);
  void drop_repeats();
  void sort_packed(const Column<Packed>& unsorted);
  /// The same rows by account.
  [[nodiscard]] SortedRows turned() const;

  std::shared_ptr<const std::vector<KindDay>> groups_;
  BlockOrder order_;
  bool has_targets_;
  std::uint64_t leading_ids_;  ///< above every leading id
  std::uint64_t other_ids_;
  WordLayout layout_;
  Column<std::uint64_t> words_;  ///< where rows are narrow: one word each
  std::vector<Packed> rows_;     ///< where they are not
};

}  // namespace lockstep
