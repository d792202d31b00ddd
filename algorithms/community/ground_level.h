#pragma once

#include "level.h"
#include "lockstep/algorithms/partition.h"

namespace lockstep {

/// Weights as whole numbers: what a weight of 1 comes to, and the sum over all arcs.
struct Scale {
  double unit = 1.0;
  double total = 0.0;
  std::uint64_t isolated =
      0;  ///< modularity: vertices of no strength, whose mass is 1 all the same
};

/// Whether every arc weighs exactly 1.
[[nodiscard]] bool has_unit_weights(const CsrView& graph);

/// The level of a graph itself, and its scale; it borrows the rows, and the graph must outlive it.
/// Of 64-bit weights the smallest step is 2^-60 of the total.
template <class Weight>
[[nodiscard]] Level<Weight> ground_level(const CsrView& graph, Quality quality, double resolution,
                                         Scale& scale);

}  // namespace lockstep
