#pragma once

#include "lockstep/algorithms/backbone.h"

namespace lockstep {

/// Keeps edges that weigh more than the strengths of their ends explain, by `delta` standard
/// deviations of what the weight itself leaves uncertain.
///
/// Null model: the total weight n is dealt out over pairs of ends by their strengths. With kappa =
/// n / (s_a s_b) the score is (kappa w - 1) / (kappa w + 1), from -1 to 1, 0 where the edge weighs
/// what is expected; its variance follows from the posterior of the edge's share of n, a Beta
/// distribution whose prior has the mean and variance of a hypergeometric draw. Kept is what is
/// above 0 by `delta` deviations: 1.28, 1.64 and 2.32 stand for 0.1, 0.05 and 0.01 of a single
/// edge; nothing corrects for how many there are. An undirected edge counts from both ends, so n
/// is twice the weight of all. O(edges); same bytes for any thread count.
/// Throws InvalidArgument as `check_edges` does, and on a negative `delta`.
/// Source: Coscia and Neffke, "Network Backboning with Noisy Data", ICDE 2017.
[[nodiscard]] BackboneResult noise_corrected(const BackboneEdges& edges, double delta);

}  // namespace lockstep
