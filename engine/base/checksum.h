#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lockstep {

/// 64-bit checksum of bytes at the speed of memory, for noticing damage and not for keeping
/// secrets. Each step is one-to-one in the word it takes, so damage within eight bytes that are
/// aligned to the start never goes unnoticed. Little-endian; part of file formats.
[[nodiscard]] std::uint64_t checksum(std::span<const std::byte> bytes);

}  // namespace lockstep
