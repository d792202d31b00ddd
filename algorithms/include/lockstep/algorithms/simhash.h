#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "lockstep/run_control.h"

namespace lockstep {

/// 64-bit SimHash of texts, each given as tokens with a space between them.
///
/// Features are the tokens and each two that follow one another; each bit of the signature is the
/// sign of the sum, over features as often as they occur, of +1 or -1 by that bit of their hash.
/// The share of bits in which two signatures differ is near the angle between the texts, over pi.
/// The same on every machine and run. A text without tokens gets 0. O(bytes).
/// Source: Charikar, "Similarity Estimation Techniques from Rounding Algorithms", STOC 2002.
[[nodiscard]] std::vector<std::uint64_t> simhash(std::span<const std::string_view> texts,
                                                 RunControl* control = nullptr);

}  // namespace lockstep
