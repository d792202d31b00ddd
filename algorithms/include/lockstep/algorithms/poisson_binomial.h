#pragma once

#include <cstdint>
#include <span>

namespace lockstep {

/// log10 P(K >= count), where K counts successes of independent trials of these chances.
///
/// Up to 512 trials by dynamic programming over the number of successes, where nothing is ever
/// subtracted: relative error below 1e-12 however small the result. More trials by a saddle point
/// with the correction for whole numbers: log10 within 0.01, and within 0.001 of its size.
/// -infinity where `count` is out of reach. O(trials * count), O(trials) past 512 trials.
/// Throws InvalidArgument on a chance outside [0, 1].
/// Source: Lugannani and Rice, "Saddle point approximation for the distribution of the sum of
/// independent random variables", Advances in Applied Probability 12, 1980; Daniels, "Tail
/// probability approximations", International Statistical Review 55, 1987.
[[nodiscard]] double log10_poisson_binomial_upper_tail(std::span<const double> chances,
                                                       std::uint32_t count);

}  // namespace lockstep
