#pragma once

#include <cstdint>
#include <string_view>

namespace lockstep {

/// Finaliser of SplitMix64: every bit of the input moves every bit of the output.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

/// 64-bit hash of bytes, the same on every run; for tables and for noticing damage, not for
/// keeping secrets.
[[nodiscard]] std::uint64_t hash_bytes(std::string_view bytes);

/// The like for long strings, several times as fast: four lanes side by side. A change within one
/// aligned word of eight bytes always changes it.
[[nodiscard]] std::uint64_t hash_long(std::string_view bytes);

}  // namespace lockstep
