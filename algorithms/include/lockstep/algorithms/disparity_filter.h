#pragma once

#include "lockstep/algorithms/backbone.h"

namespace lockstep {

/// Keeps edges that carry more of one of their ends' weight than a random split would give them.
///
/// Null model: the strength s of a vertex of degree k is cut at k - 1 uniform points. An edge of
/// weight w then has p = (1 - w / s)^(k - 1) at that end, 1 where k is 1, and of its two ends the
/// smaller p counts: an edge is kept where that is below `alpha`. The score is the larger of the
/// two shares w / s. The p-values are of single edges: nothing corrects for how many there are,
/// nor for the better of two ends, and so the list holds no error rate.
/// O(edges); same bytes for any thread count.
/// Throws InvalidArgument as `check_edges` does, and on an `alpha` out of (0, 1].
/// Source: Serrano, Boguna and Vespignani, "Extracting the Multiscale Backbone of Complex Weighted
/// Networks", PNAS 2009.
[[nodiscard]] BackboneResult disparity_filter(const BackboneEdges& edges, double alpha);

}  // namespace lockstep
