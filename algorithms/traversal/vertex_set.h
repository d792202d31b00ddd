#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lockstep/huge_pages.h"
#include "lockstep/types.h"

namespace lockstep {

/// A set of vertices, one bit each, that threads may read and fill at once. Small enough to stay
/// in the cache where an array of numbers would not.
class VertexSet {
 public:
  explicit VertexSet(std::size_t n) : words_(huge_vector<std::uint64_t>((n + 63) / 64)) {}

  static VertexSet of_all(std::size_t n) {
    VertexSet all(n);
    std::fill(all.words_.begin(), all.words_.end(), ~std::uint64_t{0});
    if (n % 64 != 0) all.words_.back() >>= 64 - n % 64;
    return all;
  }

  [[nodiscard]] bool contains(VertexId v) const { return (word(v / 64) >> (v % 64) & 1) != 0; }
  void insert(VertexId v) {
    std::atomic_ref(words_[v / 64])
        .fetch_or(std::uint64_t{1} << (v % 64), std::memory_order_relaxed);
  }

  /// The members among vertices 64 i to 64 i + 63, the first in the lowest bit.
  [[nodiscard]] std::uint64_t word(std::size_t i) const {
    return std::atomic_ref(words_[i]).load(std::memory_order_relaxed);
  }
  /// Only for a word that no other thread writes.
  void set_word(std::size_t i, std::uint64_t members) {
    std::atomic_ref(words_[i]).store(members, std::memory_order_relaxed);
  }
  [[nodiscard]] std::vector<VertexId> members() const {
    std::vector<VertexId> all;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (auto rest = words_[i]; rest != 0; rest &= rest - 1) {
        all.push_back(static_cast<VertexId>(64 * i) +
                      static_cast<VertexId>(std::countr_zero(rest)));
      }
    }
    return all;
  }
  [[nodiscard]] VertexId smallest() const {  ///< Of a set that is not empty.
    std::size_t i = 0;
    while (words_[i] == 0) ++i;
    return static_cast<VertexId>(64 * i) + static_cast<VertexId>(std::countr_zero(words_[i]));
  }
  [[nodiscard]] std::size_t word_count() const { return words_.size(); }

 private:
  mutable std::vector<std::uint64_t> words_;  // atomic_ref knows no const
};

}  // namespace lockstep
