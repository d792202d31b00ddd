#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "block.h"
#include "lockstep/column.h"
#include "lockstep/parallel.h"

namespace lockstep {

/// Rows in the pieces they came in.
using RowChunks = std::vector<Column<ActionRow>>;

/// Calls `body(chunk, place, begin, end)` in parallel for stretches [begin, end) of the chunks;
/// `place` is where row `begin` is among all rows.
template <class Chunks, class Body>
void for_each_stretch(Chunks& chunks, const Body& body) {
  constexpr std::size_t kStretch = 1 << 16;
  struct Stretch {
    std::size_t chunk, place, begin, end;
  };
  std::vector<Stretch> stretches;
  std::size_t place = 0;
  for (std::size_t chunk = 0; chunk < chunks.size(); ++chunk) {
    const auto size = chunks[chunk].size();
    for (std::size_t begin = 0; begin < size; begin += kStretch) {
      const auto end = std::min(size, begin + kStretch);
      stretches.push_back({chunk, place, begin, end});
      place += end - begin;
    }
  }
  parallel_for(stretches.size(), 1, [&](std::size_t i, std::size_t) {
    const auto& at = stretches[i];
    body(chunks[at.chunk], at.place, at.begin, at.end);
  });
}

/// The distinct rows of a job sorted by kind, day, and then as a block's order says; targets
/// decide last.
///
/// A row without a target mostly fits into one word whose order is the rows' own, and is sorted
/// by its bits; else it is two words and a target. Either way sorting divides nothing.
class SortedRows {
 public:
  struct KindDay {
    std::uint16_t kind = 0;
    std::int64_t day = 0;
    friend auto operator<=>(const KindDay&, const KindDay&) = default;
  };
  /// What rows are of.
  struct Groups {
    std::set<KindDay> all;
    bool targets = false;  ///< whether any row has one
  };
  /// Other numbers for those of the rows, by number; empty where they stay as they are.
  struct Renumbering {
    std::span<const std::uint32_t> accounts;
    std::span<const std::uint32_t> objects;
    std::span<const std::uint16_t> kinds;
  };

  [[nodiscard]] static Groups groups_of(const RowChunks& rows);
  /// Gives rows their numbers, sorts them into the order of `segments`, and drops all but one of
  /// equal rows. `groups` are those of `rows`; `objects` and `accounts` are above every number
  /// that an object or account has then.
  static SortedRows by_object(RowChunks rows, const Groups& groups, const Renumbering& to,
                              std::uint64_t objects, std::uint64_t accounts);
  /// The same rows in the order of `by_account`.
  [[nodiscard]] SortedRows by_account() const;

  [[nodiscard]] std::size_t size() const { return narrow_ ? words_.size() : rows_.size(); }
  [[nodiscard]] BlockOrder order() const { return order_; }
  [[nodiscard]] bool has_targets() const { return has_targets_; }
  [[nodiscard]] ActionRow at(std::size_t i) const;
  /// Number of the row's kind and day; rows of one group are neighbours.
  [[nodiscard]] std::uint32_t group(std::size_t i) const;
  /// Rows [begin, end), which are of one group, as columns.
  void columns(std::size_t begin, std::size_t end, BlockColumns& block) const;

 private:
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
  template <class Number>
  class Numbering;
  [[nodiscard]] std::uint64_t word_of(const Packed& row) const;
  [[nodiscard]] Packed packed(std::size_t i) const;
  template <class Each>
  void fill(std::size_t n, const Each& each);
  void drop_repeats();

  std::shared_ptr<const std::vector<KindDay>> groups_;
  BlockOrder order_ = BlockOrder::kByObject;
  Widths widths_;
  bool has_targets_ = false;
  bool narrow_ = false;            ///< a row fits into one word
  std::uint64_t leading_ids_ = 0;  ///< above every leading id
  std::uint64_t other_ids_ = 0;
  Column<std::uint64_t> words_;  ///< where rows are narrow
  std::vector<Packed> rows_;     ///< where they are not
};

}  // namespace lockstep
