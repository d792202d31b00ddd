#include "bit_pack.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace lockstep {
namespace {

static_assert(std::endian::native == std::endian::little, "packed words are read as they lie");

std::size_t bytes_of(std::size_t numbers, unsigned width) { return (numbers * width + 7) / 8; }

unsigned width_of(std::span<const std::uint32_t> numbers) {
  std::uint32_t all = 0;
  for (const auto number : numbers) all |= number;
  return static_cast<unsigned>(std::bit_width(all));
}

/// One function a width, so that every shift is known: eight numbers fill a whole number of bytes.
template <unsigned width>
void pack(std::span<const std::uint32_t> numbers, char* out) {
  const auto pack_eight = [](const std::uint32_t* from, char* to, std::size_t bytes) {
    std::array<std::uint64_t, (width + 7) / 8 + 1> packed{};
    for (unsigned i = 0; i < 8; ++i) {
      const std::uint64_t number = from[i];
      const unsigned at = i * width % 64;
      auto* const word = &packed[i * width / 64];
      word[0] |= number << at;
      if (at + width > 64) word[1] |= number >> (64 - at) % 64;
    }
    std::memcpy(to, packed.data(), bytes);
  };
  const auto* in = numbers.data();
  auto left = numbers.size();
  for (; left >= 8; left -= 8, in += 8, out += width) pack_eight(in, out, width);
  if (left == 0) return;
  std::array<std::uint32_t, 8> rest{};
  std::copy(in, in + left, rest.begin());
  pack_eight(rest.data(), out, bytes_of(left, width));
}

/// Reads up to 7 bytes past the end of the group. One function a width, so that every shift is
/// known: eight numbers fill a whole number of bytes.
template <unsigned width>
void unpack(const char* in, std::span<std::uint32_t> numbers) {
  constexpr std::uint64_t kMask = (1ULL << width) - 1;
  const auto number_at = [](const char* from, unsigned bit) {
    std::uint64_t word = 0;
    std::memcpy(&word, from + bit / 8, 8);
    return static_cast<std::uint32_t>(word >> (bit % 8) & kMask);
  };
  auto* out = numbers.data();
  auto left = numbers.size();
  for (; left >= 8; left -= 8, in += width, out += 8) {
    for (unsigned i = 0; i < 8; ++i) out[i] = number_at(in, i * width);
  }
  for (unsigned i = 0; i < left; ++i) out[i] = number_at(in, i * width);
}

template <>
void unpack<0>(const char*, std::span<std::uint32_t> numbers) {
  std::fill(numbers.begin(), numbers.end(), 0U);
}

/// How numbers of one width are written and read.
struct Packing {
  void (*pack)(std::span<const std::uint32_t>, char*);
  void (*unpack)(const char*, std::span<std::uint32_t>);
};

template <unsigned... widths>
constexpr std::array<Packing, sizeof...(widths)> packings(
    std::integer_sequence<unsigned, widths...>) {
  return {{{pack<widths>, unpack<widths>}...}};
}

constexpr auto kPackings = packings(std::make_integer_sequence<unsigned, 33>());

}  // namespace

void put_packed(std::string& out, std::span<const std::uint32_t> numbers) {
  const auto widths_at = out.size();
  const auto groups = (numbers.size() + kPackGroup - 1) / kPackGroup;
  std::size_t bytes = 0;
  for (std::size_t begin = 0; begin < numbers.size(); begin += kPackGroup) {
    const auto group = numbers.subspan(begin, std::min(kPackGroup, numbers.size() - begin));
    const auto width = width_of(group);
    out.push_back(static_cast<char>(width));
    bytes += bytes_of(group.size(), width);
  }
  out.resize(out.size() + bytes);
  char* at = out.data() + widths_at + groups;
  for (std::size_t begin = 0; begin < numbers.size(); begin += kPackGroup) {
    const auto group = numbers.subspan(begin, std::min(kPackGroup, numbers.size() - begin));
    const auto width = static_cast<unsigned char>(out[widths_at + begin / kPackGroup]);
    kPackings[width].pack(group, at);
    at += bytes_of(group.size(), width);
  }
}

bool take_packed(ByteReader& reader, std::span<std::uint32_t> numbers) {
  const auto groups = (numbers.size() + kPackGroup - 1) / kPackGroup;
  const auto widths = reader.bytes(groups);
  if (!reader.good()) return false;
  for (std::size_t group = 0; group < groups; ++group) {
    const auto begin = group * kPackGroup;
    const auto part = numbers.subspan(begin, std::min(kPackGroup, numbers.size() - begin));
    const auto width = static_cast<unsigned char>(widths[group]);
    if (width >= kPackings.size()) return false;
    const auto packed = reader.bytes(bytes_of(part.size(), width));
    if (!reader.good() || reader.left() < kPackSlack) return false;
    kPackings[width].unpack(packed.data(), part);
  }
  return true;
}

}  // namespace lockstep
