#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <vector>

#include "block.h"

namespace lockstep {

/// The distinct rows of a job sorted by kind, day, and then as a block's order says; targets
/// decide last.
///
/// A row is kept as two words and a target that compare as the order does, so that sorting
/// divides nothing and looks at one word mostly.
class SortedRows {
 public:
  /// Sorts into the order of `segments`, and drops all but one of equal rows.
  /// `objects` is above every object's number.
  static SortedRows by_object(std::vector<ActionRow> rows, std::uint64_t objects);
  /// The same rows in the order of `by_account`.
  [[nodiscard]] SortedRows by_account(std::uint64_t accounts) const;

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] BlockOrder order() const { return order_; }
  [[nodiscard]] ActionRow at(std::size_t i) const;
  /// Number of the row's kind and day; rows of one group are neighbours.
  [[nodiscard]] std::uint32_t group(std::size_t i) const {
    return static_cast<std::uint32_t>(rows_[i].leading >> 32);
  }

 private:
  struct KindDay {
    std::uint16_t kind = 0;
    std::int64_t day = 0;
    friend auto operator<=>(const KindDay&, const KindDay&) = default;
  };
  struct Packed {
    std::uint64_t leading;   ///< group, then the id that the order groups by
    std::uint64_t trailing;  ///< second of the day, then the other id
    std::uint32_t target;
    friend auto operator<=>(const Packed&, const Packed&) = default;
  };
  SortedRows() = default;
  static std::vector<KindDay> groups_of(const std::vector<ActionRow>& rows);
  template <class Make>
  void fill(std::size_t n, std::uint64_t ids, const Make& make);

  std::shared_ptr<const std::vector<KindDay>> groups_;
  BlockOrder order_ = BlockOrder::kByObject;
  std::vector<Packed> rows_;
};

}  // namespace lockstep
