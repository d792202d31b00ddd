#pragma once

#include <vector>

#include "lockstep/algorithms/force_layout.h"
#include "quadtree.h"

namespace lockstep {

/// Where every vertex begins: where `start` says, up to shift and scale; others at the mean of
/// their neighbours that have a place, those nearest to one first; those without any way to one at
/// random. All a little off, so that none coincide. Throws InvalidArgument on a bad start.
[[nodiscard]] std::vector<Point> start_places(const CsrView& graph, const ForceLayoutStart& start,
                                              std::uint64_t seed);

}  // namespace lockstep
