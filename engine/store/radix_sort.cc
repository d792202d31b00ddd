#include "radix_sort.h"

#include <array>
#include <bit>

#include "lockstep/column.h"

namespace lockstep {
namespace {

constexpr std::size_t kFew = 200;         // comparing is quicker up to here
constexpr std::size_t kCached = 1 << 15;  // so many words and as many more fit into a cache
constexpr std::size_t kLarge = 1 << 20;   // a bucket that would hold one core for long
constexpr unsigned kDigitBits = 11;       // more places at once, and the nearest cache is too small
constexpr unsigned kMostDigits = 6;       // of a word

void copy(Words from, Words to) {
  if (from.data() != to.data()) std::copy(from.begin(), from.end(), to.begin());
}

void turn_into_places(std::span<std::uint32_t> counts) {
  std::uint32_t place = 0;
  for (auto& count : counts) place += std::exchange(count, place);
}

/// Sorts `from` by its last `bits` bits, digit by digit from the last, but for the tail, which is
/// compared; the result is in `result`, which is `from` or `spare`.
void sort_digits(Words from, Words spare, unsigned bits, unsigned tail, Words result) {
  const unsigned wanted = bits > tail ? bits - tail : 1;
  const unsigned digits = (wanted + kDigitBits - 1) / kDigitBits;
  const unsigned width = (wanted + digits - 1) / digits;
  const unsigned least = bits - std::min(bits, digits * width);  // where the last digit begins
  const std::size_t values = std::size_t{1} << width;
  const auto digit_of = [&](std::uint64_t word, unsigned digit) {
    return word >> (least + digit * width) & (values - 1);
  };
  std::array<std::array<std::uint32_t, 1 << kDigitBits>, kMostDigits> counts;
  for (unsigned digit = 0; digit < digits; ++digit) std::fill_n(counts[digit].data(), values, 0U);
  for (const auto word : from) {
    for (unsigned digit = 0; digit < digits; ++digit) ++counts[digit][digit_of(word, digit)];
  }
  for (unsigned digit = 0; digit < digits; ++digit) {
    auto* const places = counts[digit].data();
    turn_into_places({places, values});
    for (const auto word : from) spare[places[digit_of(word, digit)]++] = word;
    std::swap(from, spare);
  }
  copy(from, result);
  if (least == 0) return;
  for_each_run(result, least, [&](std::size_t begin, std::size_t end) {
    std::sort(result.data() + begin, result.data() + end);
  });
}

/// As `sort_digits`; what is too long for the cache is dealt by its leading bits first.
void sort_part(Words from, Words spare, unsigned tail, Words result) {
  if (from.size() <= kFew) {
    copy(from, result);
    return std::sort(result.begin(), result.end());
  }
  std::uint64_t differ = 0;
  for (const auto word : from) differ |= word ^ from[0];
  const auto bits = static_cast<unsigned>(std::bit_width(differ));
  if (bits == 0) return copy(from, result);
  if (from.size() <= kCached) return sort_digits(from, spare, bits, tail, result);
  constexpr unsigned kDealtBits = 8;
  const unsigned left = bits - std::min(bits, kDealtBits);
  std::array<std::uint32_t, 1 << kDealtBits> places{};
  const auto part_of = [&](std::uint64_t word) { return word >> left & (places.size() - 1); };
  for (const auto word : from) ++places[part_of(word)];
  turn_into_places(places);
  for (const auto word : from) spare[places[part_of(word)]++] = word;
  std::uint32_t begin = 0;
  for (const auto end : places) {
    const auto part = [&](Words all) { return all.subspan(begin, end - begin); };
    if (end != begin) sort_part(part(spare), part(from), tail, part(result));
    begin = end;
  }
}

}  // namespace

void sort_dealt(const DealtWords& buckets, unsigned tail, Words words) {
  const auto& starts = buckets.starts;
  const auto bucket = [&](std::size_t b) {
    return words.subspan(starts[b], starts[b + 1] - starts[b]);
  };
  ThreadScratch<Column<std::uint64_t>> spares([] { return Column<std::uint64_t>(kCached); });
  parallel_for(starts.size() - 1, 8, [&](std::size_t begin, std::size_t end) {
    auto& spare = spares.local();
    for (auto b = begin; b < end; ++b) {
      const auto here = bucket(b);
      if (here.size() >= kLarge) continue;
      if (here.size() > spare.size()) spare = Column<std::uint64_t>(here.size());
      sort_part(here, spare.view().first(here.size()), tail, here);
    }
  });
  for (std::size_t b = 0; b + 1 < starts.size(); ++b) {
    const auto here = bucket(b);
    if (here.size() < kLarge || buckets.left == 0) continue;
    Column<std::uint64_t> copied(here.size());
    copy(here, copied.view());
    const auto each = [&](std::size_t begin, std::size_t end, const auto& visit) {
      for (auto i = begin; i < end; ++i) visit(copied[i]);
    };
    radix_sort({buckets.left, tail}, each, here);
  }
}

}  // namespace lockstep
