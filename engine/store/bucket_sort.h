#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "lockstep/parallel.h"

namespace lockstep {

/// Turns counts a (chunk, bucket), in `next`, into the place where each chunk puts its first row of
/// each bucket; gives the start of every bucket, and the end.
inline std::vector<std::size_t> bucket_starts(std::vector<std::size_t>& next, std::size_t buckets) {
  std::vector<std::size_t> starts(buckets + 1, 0);
  std::size_t total = 0;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    starts[bucket] = total;
    for (auto place = bucket; place < next.size(); place += buckets) {
      total += std::exchange(next[place], total);
    }
  }
  starts[buckets] = total;
  return starts;
}

/// The `n` rows that `make(i)` gives, sorted by `less`: first dealt into buckets by a number that
/// agrees with the order, then each bucket on its own while it is in the cache.
///
/// `key(row)` is in [0, key_span) and never falls along the order. Calls `make` twice a row and
/// needs no memory but the result. Give `less` a total order where the result must repeat.
template <class Row, class Make, class Key, class Less>
std::vector<Row> bucket_sorted(std::size_t n, std::uint64_t key_span, const Make& make,
                               const Key& key, const Less& less) {
  constexpr std::size_t kRowsPerBucket = 2048;
  constexpr std::size_t kMostBuckets = 1 << 14;
  constexpr std::size_t kChunks = 16;
  constexpr std::size_t kLarge = 1 << 18;
  const auto buckets = std::clamp<std::size_t>(n / kRowsPerBucket, 1, kMostBuckets);
  const auto scale = static_cast<double>(buckets) / static_cast<double>(std::max(key_span, 1UL));
  const auto bucket_of = [&](const Row& row) {
    return std::min(static_cast<std::size_t>(static_cast<double>(key(row)) * scale), buckets - 1);
  };
  const std::size_t grain = n / kChunks + 1;
  std::vector<std::size_t> next(kChunks * buckets, 0);  // [chunk][bucket]
  parallel_for(n, grain, [&](std::size_t begin, std::size_t end) {
    auto* const counts = &next[begin / grain * buckets];
    for (auto i = begin; i < end; ++i) ++counts[bucket_of(make(i))];
  });
  const auto starts = bucket_starts(next, buckets);
  std::vector<Row> rows(n);
  parallel_for(n, grain, [&](std::size_t begin, std::size_t end) {
    auto* const places = &next[begin / grain * buckets];
    for (auto i = begin; i < end; ++i) {
      const Row row = make(i);
      rows[places[bucket_of(row)]++] = row;
    }
  });
  const auto at = [&](std::size_t i) { return rows.begin() + static_cast<std::ptrdiff_t>(i); };
  parallel_for(buckets, 8, [&](std::size_t begin, std::size_t end) {
    for (auto b = begin; b < end; ++b) {
      if (starts[b + 1] - starts[b] < kLarge) std::sort(at(starts[b]), at(starts[b + 1]), less);
    }
  });
  for (std::size_t b = 0; b < buckets; ++b) {  // of hot objects; one would hold a core for long
    if (starts[b + 1] - starts[b] >= kLarge) parallel_sort(at(starts[b]), at(starts[b + 1]), less);
  }
  return rows;
}

}  // namespace lockstep
