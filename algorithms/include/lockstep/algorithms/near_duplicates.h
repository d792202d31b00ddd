#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/run_control.h"

namespace lockstep {

/// Bits in which two signatures of one group may differ from that group's leader, where no other
/// number is given. Source: Manku, Jain and Das Sarma, WWW 2007.
constexpr std::uint32_t kNearBits = 3;
constexpr std::uint32_t kMostNearBits = 7;

/// Groups 64-bit signatures by their leaders: for each, the place of its own leader.
///
/// In order of falling `count` (equals: rising signature, then place), a signature joins the
/// nearest leader at most `max_bits` bits away (equals: the earlier leader), or becomes one. So no
/// two of a group are more than twice `max_bits` apart, and a chain of small steps joins nothing.
/// Columns are of equal length. The leader of a leader is itself; equal signatures share theirs.
/// O(n) look-ups of `max_bits` + 1 bands of bits; each compares n / 2^(64 / (max_bits + 1))
/// leaders where signatures are spread evenly.
/// Throws InvalidArgument on columns of different lengths or `max_bits` above 7; Interrupted.
/// Source: Manku, Jain and Das Sarma, "Detecting Near-Duplicates for Web Crawling", WWW 2007.
[[nodiscard]] std::vector<std::uint32_t> near_duplicates(std::span<const std::uint64_t> signature,
                                                         std::span<const std::uint64_t> count,
                                                         std::uint32_t max_bits = kNearBits,
                                                         RunControl* control = nullptr);

}  // namespace lockstep
