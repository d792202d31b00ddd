#pragma once

#include <cstdint>
#include <vector>

#include "lockstep/algorithms/significance.h"

namespace lockstep {

/// The null test at one level, as comparisons of whole numbers.
///
/// The expected number of shared objects depends on the two accounts through the product of
/// their activities alone, and a count passes while that expectation is small enough. So each
/// count has a largest product that passes. Products too near to it for rounding to be trusted
/// are tested in full: `passes` says what `significance` would, always.
class CriticalProducts {
 public:
  /// Pairs pass where log10 p <= log10 `level`; `level` is in (0, 1].
  CriticalProducts(const LayerProfile& profile, double level, std::uint32_t min_objects);

  /// No pair of accounts that both have at least this activity passes with fewer objects.
  [[nodiscard]] std::uint32_t least(std::uint32_t activity) const;

  [[nodiscard]] bool passes(std::uint32_t activity_a, std::uint32_t activity_b,
                            std::uint32_t objects) const;

 private:
  ExpectedObjects expected_;
  double log10_level_;
  std::uint32_t min_objects_;
  double largest_ = 0.0;          ///< product of activities there can be
  std::vector<double> critical_;  ///< of min_objects, min_objects + 1 and so on; rising
  bool complete_ = false;         ///< whether all counts past `critical_` pass in any case
};

}  // namespace lockstep
