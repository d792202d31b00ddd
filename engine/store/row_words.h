#pragma once

#include <cstdint>

#include "block.h"

namespace lockstep {

/// A row in the terms of an order: what it sorts by, first things first.
struct RowParts {
  std::uint32_t group = 0;    ///< number of the kind and day
  std::uint32_t leading = 0;  ///< the id that the order groups by
  std::uint32_t second = 0;   ///< of the day
  std::uint32_t other = 0;    ///< the other id
  std::uint32_t target = 0;   ///< as ActionRow::target

  /// The same row in the terms of the other order.
  [[nodiscard]] RowParts turned() const { return {group, other, second, leading, target}; }
};

/// How the parts of rows without a target lie in one word, so that words sort as the rows do.
class WordLayout {
 public:
  WordLayout() = default;
  /// Bits that numbers of groups, leading ids and other ids have at most.
  WordLayout(unsigned group, unsigned leading, unsigned other)
      : bits_(group + leading + kSecondBits + other), leading_(leading), other_(other) {}

  /// Over 64 where a word has not the room.
  [[nodiscard]] unsigned bits() const { return bits_; }
  /// The last bits, which seldom decide: rows of one second and id differ in nothing else.
  [[nodiscard]] unsigned tail() const { return other_; }
  [[nodiscard]] std::uint64_t word_of(const RowParts& row) const {
    const auto id = std::uint64_t{row.group} << leading_ | row.leading;
    return (id << kSecondBits | row.second) << other_ | row.other;
  }
  [[nodiscard]] RowParts parts_of(std::uint64_t word) const {
    const auto id = word >> (other_ + kSecondBits);
    return {static_cast<std::uint32_t>(id >> leading_), low(id, leading_),
            low(word >> other_, kSecondBits), low(word, other_), 0};
  }

 private:
  static constexpr unsigned kSecondBits = 17;
  static_assert(kDaySeconds <= 1 << kSecondBits);

  static std::uint32_t low(std::uint64_t word, unsigned bits) {
    return static_cast<std::uint32_t>(word & ((std::uint64_t{1} << bits) - 1));
  }

  unsigned bits_ = 0;
  unsigned leading_ = 0;
  unsigned other_ = 0;
};

}  // namespace lockstep
