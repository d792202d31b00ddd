#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "windows.h"

namespace lockstep {

/// What is known of one partner of the account at hand.
struct Partner {
  std::uint32_t rank = 0;
  std::uint32_t objects = 0;
  std::uint64_t pairs = 0;
};

struct FoldCounts {
  std::uint64_t instances = 0;  ///< pairs of actions
  std::uint64_t partners = 0;   ///< partners with at least `min_objects` objects
};

/// Folds the windows of one account after another into a table of its partners: Gustavson's
/// row-wise sparse product. A pair of accounts is met from its less active end only.
///
/// Nearly all accounts fit four-byte entries, which keeps the table near the core; the few with
/// many windows take sixteen-byte ones, but their partners, more active still, are fewest.
class RowFolder {
 public:
  /// For accounts below `ranks`, whose windows lie in `rows`.
  RowFolder(const RankRows& rows, std::uint32_t ranks) : rows_(rows), small_(ranks) {}

  /// Whether an account so active may need large entries for its number of objects.
  [[nodiscard]] static bool may_be_large(std::uint32_t activity) { return activity > kMostVisits; }
  /// Of its tables, for accounts below `ranks` of which the first `large` need large entries.
  [[nodiscard]] static std::uint64_t bytes(std::uint64_t ranks, std::uint64_t large) {
    return ranks * sizeof(std::uint32_t) + large * sizeof(LargeEntry);
  }

  /// `windows` are those of a task, sorted by (rank, row). Folds the account that begins at
  /// `at`, moves `at` past it, and appends to `kept` the partners of at least `least` objects.
  /// The order of partners means nothing.
  FoldCounts fold(std::span<const Window> windows, std::size_t& at, std::uint32_t min_objects,
                  std::uint32_t least, std::vector<Partner>& kept);

 private:
  struct LargeEntry {
    std::uint64_t pairs = 0;
    std::uint32_t objects = 0;
    std::uint32_t visit = 0;
  };
  static constexpr std::uint32_t kMostVisits = 0xFF;  ///< objects that a small entry can tell

  FoldCounts fold_small(std::span<const Window> windows, std::size_t begin, std::size_t end,
                        std::uint32_t min_objects, std::uint32_t least, std::vector<Partner>& kept);
  FoldCounts fold_large(std::span<const Window> windows, std::uint32_t min_objects,
                        std::uint32_t least, std::vector<Partner>& kept);
  template <class Body>
  void for_each_block(std::span<const Window> windows, const Body& body);
  void fetch_ahead(std::span<const Window> windows, std::size_t at) const;

  const RankRows& rows_;
  std::vector<std::uint32_t> small_;    ///< by rank; all 0 between accounts
  std::vector<LargeEntry> large_;       ///< by rank; all 0 between accounts
  std::vector<std::uint32_t> picked_;   ///< partners met, with repeats
  std::vector<std::uint32_t> visits_;   ///< where in `picked_` each object's end
  std::vector<std::uint64_t> harvest_;  ///< partners to keep: rank, entry
};

}  // namespace lockstep
