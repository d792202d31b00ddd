#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "bytes.h"

namespace lockstep {

/// Numbers of a packed column that share one width.
constexpr std::size_t kPackGroup = 128;

/// Appends numbers as bits: the width of each group of kPackGroup, one byte each, then the groups
/// one after the other, each from a new byte on.
void put_packed(std::string& out, std::span<const std::uint32_t> numbers);

/// Reads what `put_packed` wrote, as many numbers as `numbers` has room for. At least kPackSlack
/// bytes must follow the column. False on bytes that cannot be such a column.
constexpr std::size_t kPackSlack = 8;
[[nodiscard]] bool take_packed(ByteReader& reader, std::span<std::uint32_t> numbers);

}  // namespace lockstep
