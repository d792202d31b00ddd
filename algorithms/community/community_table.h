#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "level.h"
#include "lockstep/types.h"

namespace lockstep {

/// Weights from one vertex to the communities around it: a hash table no larger than the row asks
/// for, so that it stays in the nearest cache however many communities there are.
template <class Weight>
class CommunityTable {
 public:
  static constexpr VertexId kNone = std::numeric_limits<VertexId>::max();

  /// Empties the table and makes room for so many communities.
  void open(std::size_t most) {
    clear();
    const std::size_t room = std::bit_ceil(std::max<std::size_t>(2 * most, kLeastRoom));
    if (room > slots_.size()) {
      slots_.assign(room, Slot{});
      touched_.resize(room / 2 + 1);
    }
    mask_ = static_cast<std::uint32_t>(room - 1);
    shift_ = 32 - std::countr_zero(room);
  }

  /// Fills the table with the weights from v to what `value` says of the vertices in its row. All
  /// reads of a stretch are under way before the first is needed.
  void survey(const WeightedRows<Weight>& rows, const Partition& value, VertexId v) {
    constexpr std::size_t kStretch = 64;
    open(rows.degree(v));
    VertexId values[kStretch];
    for (EdgeIndex arc = rows.first[v]; arc < rows.last[v]; arc += kStretch) {
      const std::size_t many = std::min<std::size_t>(kStretch, rows.last[v] - arc);
      for (std::size_t i = 0; i < many; ++i) values[i] = value[rows.targets[arc + i]];
      for (std::size_t i = 0; i < many; ++i) add(values[i], rows.weight(arc + i));
    }
  }

  /// Returns whether the community is new to the table.
  bool add(VertexId community, Weight weight) {
    const std::uint32_t place = find(community);
    Slot& slot = slots_[place];
    const bool is_new = slot.community != community;
    slot.community = community;
    slot.weight += weight;
    touched_[count_] = place;
    count_ += is_new ? 1 : 0;
    return is_new;
  }

  [[nodiscard]] Weight to(VertexId community) const { return slots_[find(community)].weight; }

  /// Calls `visit(community, weight)` for each community, in the order first added.
  template <class Visit>
  void for_each(const Visit& visit) const {
    for (std::size_t i = 0; i < count_; ++i) {
      const Slot& slot = slots_[touched_[i]];
      visit(slot.community, slot.weight);
    }
  }

 private:
  static constexpr std::size_t kLeastRoom = 16;

  struct Slot {
    VertexId community = kNone;
    Weight weight = 0;
  };

  [[nodiscard]] std::uint32_t find(VertexId community) const {
    auto place = static_cast<std::uint32_t>(community * 0x9e3779b1U) >> shift_;
    while (slots_[place].community != community && slots_[place].community != kNone) {
      place = (place + 1) & mask_;
    }
    return place;
  }
  void clear() {
    for (std::size_t i = 0; i < count_; ++i) slots_[touched_[i]] = Slot{};
    count_ = 0;
  }

  std::vector<Slot> slots_;
  std::vector<std::uint32_t> touched_;  // places of the communities, and one to write in vain
  std::size_t count_ = 0;
  std::uint32_t mask_ = 0;
  int shift_ = 32;
};

}  // namespace lockstep
