#pragma once

#include <cstdint>
#include <span>

namespace lockstep {

/// Sorts words below 2^bits, in parallel and without comparisons: dealt into buckets by their
/// leading bits, then each bucket, while it is in the cache, byte by byte from its last.
/// `scratch` is as long as `words`; what it holds afterwards is undefined.
void radix_sort(std::span<std::uint64_t> words, std::span<std::uint64_t> scratch, unsigned bits);

}  // namespace lockstep
