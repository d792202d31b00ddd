#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace lockstep {

/// A key that knows the place it came from.
struct PlacedKey {
  std::uint64_t key = 0;
  std::uint64_t place = 0;
};

[[nodiscard]] inline std::uint64_t key_of(std::uint64_t key) { return key; }
[[nodiscard]] inline std::uint64_t key_of(const PlacedKey& item) { return item.key; }

/// Sorts by key, stably, for keys below 2^`bits`; `spare` is scratch. Counting sorts digit by
/// digit, or insertion where there are few items: O(n) time on one thread.
template <class Item>
void radix_sort(std::vector<Item>& items, std::vector<Item>& spare, int bits) {
  constexpr int kDigitBits = 11;
  if (items.size() < 512) {
    std::stable_sort(items.begin(), items.end(),
                     [](const Item& a, const Item& b) { return key_of(a) < key_of(b); });
    return;
  }
  const int passes = std::max(1, (bits + kDigitBits - 1) / kDigitBits);
  const int width = (bits + passes - 1) / passes;
  const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  std::array<std::size_t, std::size_t{1} << kDigitBits> next;
  spare.resize(items.size());
  for (int shift = 0; shift < bits; shift += width) {
    next.fill(0);
    for (const Item& item : items) ++next[(key_of(item) >> shift) & mask];
    std::size_t sum = 0;
    for (auto& count : next) sum += std::exchange(count, sum);
    for (const Item& item : items) spare[next[(key_of(item) >> shift) & mask]++] = item;
    std::swap(items, spare);
  }
}

}  // namespace lockstep
