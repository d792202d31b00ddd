#include "lockstep/hash.h"

#include <array>
#include <cstddef>
#include <cstring>

namespace lockstep {
namespace {

constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15ULL;

/// One word into a lane: a bijection of the lane for every word, and of the word for every lane.
std::uint64_t absorb(std::uint64_t lane, const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, 8);
  lane = (lane ^ word) * kStep;
  return lane ^ (lane >> 29);
}

}  // namespace

std::uint64_t hash_bytes(std::string_view bytes) {
  std::uint64_t state = kStep ^ bytes.size();
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    state = mix(state ^ word) + kStep;
  }
  std::uint64_t rest = 0;
  std::memcpy(&rest, bytes.data() + at, bytes.size() - at);
  return mix(state ^ rest);
}

std::uint64_t hash_long(std::string_view bytes) {
  std::array<std::uint64_t, 4> lanes{1, 2, 3, 4};
  std::size_t at = 0;
  for (; at + 32 <= bytes.size(); at += 32) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      lanes[lane] = absorb(lanes[lane], bytes.data() + at + lane * 8);
    }
  }
  std::uint64_t hash = hash_bytes(bytes.substr(at)) ^ bytes.size();
  for (const auto lane : lanes) hash = mix(hash ^ lane) + kStep;
  return hash;
}

}  // namespace lockstep
