#pragma once

#include <span>
#include <vector>

#include "lockstep/algorithms/propagation.h"
#include "lockstep/compressed_graph.h"

namespace lockstep {

/// Throws InvalidArgument on an option out of range.
void check(const PropagationOptions& options);

/// Iterates x = (1 - damping) s + damping P'x from x = s, as `propagation` says; `pagerank` is
/// the same with another s.
///
/// `in` holds the arcs turned round, `strengths` the sum of the weights out of each vertex,
/// `restart` is s and sums to 1. On large graphs without weights the arcs are copied first (4
/// bytes each), so that what is read most often lies together.
[[nodiscard]] PropagationResult power_iteration(const CsrView& in,
                                                std::span<const double> strengths,
                                                std::span<const double> restart,
                                                const PropagationOptions& options,
                                                const RunControl* control);
[[nodiscard]] PropagationResult power_iteration(const CompressedView& in,
                                                std::span<const double> strengths,
                                                std::span<const double> restart,
                                                const PropagationOptions& options,
                                                const RunControl* control);

}  // namespace lockstep
