#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <vector>

#include "block.h"
#include "lockstep/column.h"

namespace lockstep {

struct KindDay {
  std::uint16_t kind = 0;
  std::int64_t day = 0;
  friend auto operator<=>(const KindDay&, const KindDay&) = default;
};

/// Rows of a batch as columns of equal length.
struct RowChunk {
  Column<std::uint32_t> accounts;
  Column<std::uint32_t> objects;
  Column<std::uint32_t> targets;  ///< as ActionRow::target; empty where no row has one
  Column<std::uint32_t> groups;   ///< which of `StagedRows::groups`
  Column<std::uint32_t> seconds;  ///< after midnight

  explicit RowChunk(std::size_t rows)
      : accounts(rows), objects(rows), groups(rows), seconds(rows) {}
  [[nodiscard]] std::size_t size() const { return accounts.size(); }
  [[nodiscard]] std::uint32_t target(std::size_t row) const {
    return targets.empty() ? 0 : targets[row];
  }
  void move_row(std::size_t from, std::size_t to);
  /// Keeps the first `rows` rows.
  void shrink(std::size_t rows);
};

/// Rows in the pieces they came in, with numbers of their own for accounts, objects and kinds.
struct StagedRows {
  std::vector<RowChunk> chunks;
  std::vector<KindDay> groups;  ///< each of some row, in any order

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool has_targets() const;
  /// Drops groups that no row is of any more.
  void drop_empty_groups();
};

/// Calls `visit(chunk, first, last)` for the pieces of chunks that rows [begin, end) of all are in.
template <class Visit>
void for_each_piece(const std::vector<RowChunk>& chunks, std::size_t begin, std::size_t end,
                    const Visit& visit) {
  std::size_t place = 0;  // of the chunk's first row among all
  for (const auto& chunk : chunks) {
    const auto first = std::max(begin, place);
    const auto last = std::min(end, place + chunk.size());
    if (first < last) visit(chunk, first - place, last - place);
    place += chunk.size();
  }
}

/// Numbers kinds and days as they are met. Any thread may ask, each through a `Recent` of its own.
class GroupNumbers {
 public:
  /// What one thread has met: it waits for others once a kind and day, however often they change.
  class Recent {
   public:
    explicit Recent(GroupNumbers& all) : all_(all) {}
    std::uint32_t of(const KindDay& group) {
      auto& slot = slots_[static_cast<std::uint64_t>(group.day + group.kind) % slots_.size()];
      if (slot.group != group) slot = {group, look_up(group)};
      return slot.number;
    }

   private:
    struct Slot {
      KindDay group{0, std::numeric_limits<std::int64_t>::max()};  // no row's
      std::uint32_t number = 0;
    };
    std::uint32_t look_up(const KindDay& group) {
      const auto [at, is_new] = met_.try_emplace(group, 0U);
      if (is_new) at->second = all_.of(group);
      return at->second;
    }

    GroupNumbers& all_;
    std::array<Slot, 256> slots_;
    std::map<KindDay, std::uint32_t> met_;  // those that share a slot with others stand here too
  };

  [[nodiscard]] std::vector<KindDay> take();

 private:
  std::uint32_t of(const KindDay& group);

  std::map<KindDay, std::uint32_t> numbers_;
  std::mutex guard_;
};

}  // namespace lockstep
