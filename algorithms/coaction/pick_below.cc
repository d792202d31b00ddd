#include "pick_below.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#endif

namespace lockstep {
namespace {

std::size_t pick_plain(const std::uint32_t* values, std::size_t n, std::uint32_t bound,
                       std::uint32_t* out) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t value = values[i];
    out[kept] = value;
    kept += value < bound ? 1 : 0;
  }
  return kept;
}

#if defined(__x86_64__) && defined(__GNUC__)
/// Sixteen at a time. Compresses in the register: straight to memory is slow on AMD's cores.
__attribute__((target("avx512f"))) std::size_t pick_wide(const std::uint32_t* values, std::size_t n,
                                                         std::uint32_t bound, std::uint32_t* out) {
  const __m512i bounds = _mm512_set1_epi32(static_cast<int>(bound));
  std::size_t kept = 0;
  for (std::size_t i = 0; i < n; i += 16) {
    const auto live =
        static_cast<__mmask16>(n - i >= 16 ? 0xFFFFU : (1U << static_cast<unsigned>(n - i)) - 1U);
    const __m512i block = _mm512_maskz_loadu_epi32(live, values + i);
    const __mmask16 below = _mm512_mask_cmplt_epu32_mask(live, block, bounds);
    _mm512_storeu_si512(out + kept, _mm512_maskz_compress_epi32(below, block));
    kept += static_cast<std::size_t>(__builtin_popcount(below));
  }
  return kept;
}

bool has_wide() { return __builtin_cpu_supports("avx512f") != 0; }
#else
constexpr auto pick_wide = pick_plain;
bool has_wide() { return false; }
#endif

}  // namespace

std::size_t pick_below(const std::uint32_t* values, std::size_t n, std::uint32_t bound,
                       std::uint32_t* out) {
  static const bool wide = has_wide();
  return wide ? pick_wide(values, n, bound, out) : pick_plain(values, n, bound, out);
}

}  // namespace lockstep
