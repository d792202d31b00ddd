#include "hash.h"

#include <cstddef>
#include <cstring>

namespace lockstep {

std::uint64_t hash_bytes(std::string_view bytes) {
  std::uint64_t state = 0x9e3779b97f4a7c15ULL ^ bytes.size();
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    state = mix(state ^ word) + 0x9e3779b97f4a7c15ULL;
  }
  std::uint64_t rest = 0;
  std::memcpy(&rest, bytes.data() + at, bytes.size() - at);
  return mix(state ^ rest);
}

}  // namespace lockstep
