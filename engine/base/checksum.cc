#include "checksum.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "lockstep/hash.h"

namespace lockstep {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t kLanes = 8;  // as many multiplications are under way at once
constexpr std::size_t kStride = kLanes * sizeof(std::uint64_t);

using Lanes = std::array<std::uint64_t, kLanes>;

void take(Lanes& lanes, const std::byte* from) {
  Lanes words;
  std::memcpy(words.data(), from, kStride);
  for (std::size_t i = 0; i < kLanes; ++i) {
    lanes[i] = std::rotl((lanes[i] ^ words[i]) * 0x9fb21c651e98df25ULL, 29);
  }
}

}  // namespace

std::uint64_t checksum(std::span<const std::byte> bytes) {
  Lanes lanes{1, 2, 3, 4, 5, 6, 7, 8};
  std::size_t at = 0;
  for (; at + kStride <= bytes.size(); at += kStride) take(lanes, bytes.data() + at);
  std::array<std::byte, kStride> rest{};
  std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(), rest.begin());
  take(lanes, rest.data());
  std::uint64_t sum = bytes.size();
  for (const auto lane : lanes) sum = mix(sum ^ lane) + 0x9e3779b97f4a7c15ULL;
  return sum;
}

}  // namespace lockstep
