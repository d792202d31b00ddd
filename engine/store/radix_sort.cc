#include "radix_sort.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "bucket_sort.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr unsigned kDealBits = 11;
constexpr unsigned kByteBits = 8;
constexpr std::size_t kChunks = 16;
constexpr std::size_t kSmall = 256;       // comparing is faster up to here
constexpr std::size_t kSerial = 1 << 15;  // dealing pays from here on
constexpr std::size_t kLarge = 1 << 19;   // a bucket that would hold one core for long

using Words = std::span<std::uint64_t>;
using Counts = std::array<std::uint32_t, 1 << kByteBits>;

/// Sorts `from` by its last `bits` bits; the result is in `to`.
void sort_bytes(Words from, Words to, unsigned bits) {
  if (from.size() <= kSmall) {
    std::copy(from.begin(), from.end(), to.begin());
    std::sort(to.begin(), to.end());
    return;
  }
  const unsigned passes = (bits + kByteBits - 1) / kByteBits;
  std::array<Counts, 8> counts{};
  for (const auto word : from) {
    for (unsigned pass = 0; pass < passes; ++pass) {
      ++counts[pass][word >> (pass * kByteBits) & (counts[0].size() - 1)];
    }
  }
  Words source = from;
  Words target = to;
  for (unsigned pass = 0; pass < passes; ++pass) {
    auto& places = counts[pass];
    const auto shift = pass * kByteBits;
    if (places[source[0] >> shift & (places.size() - 1)] == source.size()) continue;
    std::uint32_t place = 0;
    for (auto& count : places) place += std::exchange(count, place);
    for (const auto word : source) target[places[word >> shift & (places.size() - 1)]++] = word;
    std::swap(source, target);
  }
  if (source.data() != to.data()) std::copy(source.begin(), source.end(), to.begin());
}

/// Deals words into `to` by their leading bits; gives the start of every bucket, and the end.
std::vector<std::size_t> deal(Words from, Words to, unsigned bits, unsigned dealt) {
  const auto buckets = std::size_t{1} << dealt;
  const auto grain = from.size() / kChunks + 1;
  const auto bucket_of = [&](std::uint64_t word) { return word >> (bits - dealt) & (buckets - 1); };
  std::vector<std::size_t> next(kChunks * buckets, 0);  // [chunk][bucket]
  parallel_for(from.size(), grain, [&](std::size_t begin, std::size_t end) {
    auto* const counts = &next[begin / grain * buckets];
    for (auto i = begin; i < end; ++i) ++counts[bucket_of(from[i])];
  });
  auto starts = bucket_starts(next, buckets);
  parallel_for(from.size(), grain, [&](std::size_t begin, std::size_t end) {
    auto* const places = &next[begin / grain * buckets];
    for (auto i = begin; i < end; ++i) to[places[bucket_of(from[i])]++] = from[i];
  });
  return starts;
}

}  // namespace

void radix_sort(Words words, Words scratch, unsigned bits) {
  if (words.size() < kSerial) {
    std::copy(words.begin(), words.end(), scratch.begin());
    return sort_bytes(scratch.first(words.size()), words, bits);
  }
  const auto dealt = std::min(bits, kDealBits);
  const auto rest = bits - dealt;
  const auto starts = deal(words, scratch, bits, dealt);
  const auto part = [&](Words all, std::size_t b) {
    return all.subspan(starts[b], starts[b + 1] - starts[b]);
  };
  parallel_for(starts.size() - 1, 8, [&](std::size_t begin, std::size_t end) {
    for (auto b = begin; b < end; ++b) {
      const auto bucket = part(scratch, b);
      if (bucket.size() < kLarge) sort_bytes(bucket, part(words, b), rest);
    }
  });
  for (std::size_t b = 0; b + 1 < starts.size(); ++b) {
    const auto bucket = part(scratch, b);
    if (bucket.size() < kLarge) continue;
    std::copy(bucket.begin(), bucket.end(), part(words, b).begin());
    if (rest != 0) radix_sort(part(words, b), bucket, rest);
  }
}

}  // namespace lockstep
