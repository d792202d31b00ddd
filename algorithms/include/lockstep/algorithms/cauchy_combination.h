#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lockstep {

/// log10 of one p-value for each pair, from its tests in several layers.
///
/// With w layers that tested it, p = 1/2 - atan(T) / pi, where T is the mean of
/// tan((1/2 - p_l) pi): valid in the tail however the tests depend on each other. One small p is
/// weakened by no more than the factor w, several support each other, and the result is never
/// below the smallest of them. A p above 0.99 counts as 0.99, so that no layer in which a pair
/// never met can veto the others.
///
/// Tests are columns of equal length: the pair of each (below `pairs`) and its log10 p.
/// `layers` says for each pair how many layers tested it; those without a row have p = 1.
/// Any log10 p of at most 0 is right, -infinity as well; a pair that no layer tested gets 0.
/// O(rows + pairs). Throws InvalidArgument on columns of different lengths, a pair out of range,
/// a log10 p above 0 or NaN, or more rows of a pair than layers.
/// Source: Liu and Xie, "Cauchy Combination Test", JASA 115, 2020; the cut at 0.99 is that of
/// Fang et al., "Heavy-tailed distribution for combining dependent p-values", Statistica Sinica
/// 33, 2023.
[[nodiscard]] std::vector<double> cauchy_combination(std::span<const std::uint64_t> pair,
                                                     std::span<const double> log10_p,
                                                     std::span<const std::uint32_t> layers);

}  // namespace lockstep
