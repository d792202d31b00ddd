#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "bucket_sort.h"
#include "lockstep/parallel.h"

namespace lockstep {

using Words = std::span<std::uint64_t>;

/// Words below 2^bits to be sorted. Their last `tail` bits may be any of them, and seldom decide:
/// few words agree but for those.
struct WordBits {
  unsigned bits = 64;
  unsigned tail = 0;
};

/// Calls `visit(begin, end)` for each run of several words that agree but for their last `tail`
/// bits.
template <class Visit>
void for_each_run(std::span<const std::uint64_t> words, unsigned tail, const Visit& visit) {
  for (std::size_t begin = 0, end = 1; end <= words.size(); ++end) {
    if (end < words.size() && (words[end] ^ words[begin]) >> tail == 0) continue;
    if (end - begin > 1) visit(begin, end);
    begin = end;
  }
}

/// Words in buckets by their leading bits.
struct DealtWords {
  std::vector<std::size_t> starts;  ///< of each bucket, and the end
  unsigned left = 0;                ///< bits in which words of one bucket may differ
};

/// Deals words below 2^bits into `to`, as many as that holds. `each(begin, end, visit)` calls
/// `visit(word)` for a stretch of them, and is called twice for each stretch, in parallel.
template <class Each>
DealtWords deal_words(unsigned bits, const Each& each, Words to) {
  constexpr unsigned kDealtBits = 11;
  constexpr std::size_t kChunks = 16;
  constexpr std::size_t kFew = 1 << 15;  // up to here dealing does not pay
  const auto dealt = to.size() < kFew ? 0U : std::min(bits, kDealtBits);
  const auto buckets = std::size_t{1} << dealt;
  const auto grain = to.size() / kChunks + 1;
  const auto bucket_of = [dealt, left = bits - dealt, mask = buckets - 1](std::uint64_t word) {
    return dealt == 0 ? 0 : word >> left & mask;
  };
  std::vector<std::size_t> next(kChunks * buckets, 0);  // [chunk][bucket]
  parallel_for(to.size(), grain, [&](std::size_t begin, std::size_t end) {
    auto* const counts = &next[begin / grain * buckets];
    each(begin, end, [&](std::uint64_t word) { ++counts[bucket_of(word)]; });
  });
  auto starts = bucket_starts(next, buckets);
  parallel_for(to.size(), grain, [&](std::size_t begin, std::size_t end) {
    auto* const places = &next[begin / grain * buckets];
    each(begin, end, [&](std::uint64_t word) { to[places[bucket_of(word)]++] = word; });
  });
  return {std::move(starts), bits - dealt};
}

/// Sorts each bucket where it is, in parallel, digit by digit in the cache and nearly without
/// comparisons. Needs as much memory beside as the largest bucket takes, once a thread.
void sort_dealt(const DealtWords& buckets, unsigned tail, Words words);

/// Sorts into `words` those that `each` gives, as to `deal_words`.
template <class Each>
void radix_sort(WordBits of, const Each& each, Words words) {
  sort_dealt(deal_words(of.bits, each, words), of.tail, words);
}

}  // namespace lockstep
