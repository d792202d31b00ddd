#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <vector>

#include "block.h"
#include "lockstep/column.h"

namespace lockstep {

/// The distinct rows of a job sorted by kind, day, and then as a block's order says; targets
/// decide last.
///
/// A row without a target mostly fits into one word whose order is the rows' own, and is sorted
/// by its bits; else it is two words and a target. Either way sorting divides nothing.
class SortedRows {
 public:
  /// Sorts into the order of `segments`, and drops all but one of equal rows.
  /// `objects` and `accounts` are above every object's and account's number.
  static SortedRows by_object(std::vector<ActionRow> rows, std::uint64_t objects,
                              std::uint64_t accounts);
  /// The same rows in the order of `by_account`.
  [[nodiscard]] SortedRows by_account() const;

  [[nodiscard]] std::size_t size() const { return narrow() ? words_.size() : rows_.size(); }
  [[nodiscard]] BlockOrder order() const { return order_; }
  [[nodiscard]] bool has_targets() const { return has_targets_; }
  [[nodiscard]] ActionRow at(std::size_t i) const;
  /// Number of the row's kind and day; rows of one group are neighbours.
  [[nodiscard]] std::uint32_t group(std::size_t i) const;
  /// Rows [begin, end), which are of one group, as columns.
  void columns(std::size_t begin, std::size_t end, BlockColumns& block) const;

 private:
  struct KindDay {
    std::uint16_t kind = 0;
    std::int64_t day = 0;
    friend auto operator<=>(const KindDay&, const KindDay&) = default;
  };
  /// Ids of both sides and a row's group in the place that the order gives them.
  struct Packed {
    std::uint64_t leading;   ///< group, then the id that the order groups by
    std::uint64_t trailing;  ///< second of the day, then the other id
    std::uint32_t target;
    friend auto operator<=>(const Packed&, const Packed&) = default;
  };
  struct Widths {
    unsigned leading = 0;
    unsigned other = 0;
    unsigned group = 0;
    [[nodiscard]] unsigned sum() const;
  };
  SortedRows() = default;
  static std::vector<KindDay> groups_of(const std::vector<ActionRow>& rows);
  [[nodiscard]] bool narrow() const { return widths_.sum() <= 64 && !has_targets_; }
  [[nodiscard]] std::uint64_t word_of(const Packed& row) const;
  [[nodiscard]] Packed packed(std::size_t i) const;
  template <class Make>
  void fill(std::size_t n, const Make& make);
  void drop_repeats();

  std::shared_ptr<const std::vector<KindDay>> groups_;
  BlockOrder order_ = BlockOrder::kByObject;
  Widths widths_;
  bool has_targets_ = false;
  std::uint64_t leading_ids_ = 0;  ///< above every leading id
  std::uint64_t other_ids_ = 0;
  Column<std::uint64_t> words_;  ///< where rows are narrow
  std::vector<Packed> rows_;     ///< where they are not
};

}  // namespace lockstep
