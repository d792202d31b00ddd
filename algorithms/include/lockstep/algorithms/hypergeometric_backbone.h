#pragma once

#include <cstdint>

#include "lockstep/algorithms/backbone.h"

namespace lockstep {

/// log10 P(X >= shared), where X of `draws` draws without return from `objects` hit `marked` ones.
/// -infinity where that cannot be. O(draws) at worst. Throws InvalidArgument on more draws or
/// marked than objects.
[[nodiscard]] double log10_hypergeometric_upper_tail(std::uint64_t shared, std::uint64_t objects,
                                                     std::uint64_t marked, std::uint64_t draws);

/// Keeps pairs that share more objects than two random choices of so many: the statistically
/// validated network.
///
/// Null model: an account of degree d (distinct objects) draws d of all objects that anybody acted
/// on, each as likely as another, whatever its popularity and whenever. The score is the number of
/// objects shared; kept are the discoveries of Benjamini and Hochberg at `fdr` over all pairs of
/// active accounts. O(edges * degree). Edges need no weights.
/// Throws InvalidArgument as `check_edges` does, and on an `fdr` out of (0, 1).
/// Source: Tumminello, Micciche, Lillo, Piilo and Mantegna, "Statistically Validated Networks in
/// Bipartite Complex Systems", PLoS ONE 2011.
[[nodiscard]] BackboneResult hypergeometric_backbone(const BackboneEdges& edges,
                                                     const Incidence& incidence, double fdr);

}  // namespace lockstep
