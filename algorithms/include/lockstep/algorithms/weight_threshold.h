#pragma once

#include "lockstep/algorithms/backbone.h"

namespace lockstep {

/// Keeps the edges that weigh at least `least`: the rule of a count and a threshold.
///
/// The score is the weight. It holds no error rate: what a weight is worth depends on how active
/// the two ends are and on how many others there are. O(edges).
/// Throws InvalidArgument as `check_edges` does, and on a threshold that is not positive.
[[nodiscard]] BackboneResult count_backbone(const BackboneEdges& edges, double least);

/// Keeps the edges that weigh more than the given quantile of all weights (linear between order
/// statistics, which R calls type 7), as CooRTweet does with `edge_weight`.
///
/// The score is the weight. Where many weights tie at the top nothing passes. It holds no error
/// rate: some share of any network is above its quantile. O(edges) expected.
/// Throws InvalidArgument as `check_edges` does, and on a quantile out of [0, 1].
/// Source: Righetti and Balluff, "CooRTweet: A Generalized R Software for Coordinated Network
/// Detection", Computational Communication Research 2025.
[[nodiscard]] BackboneResult quantile_backbone(const BackboneEdges& edges, double quantile);

/// The quantile of `values`, as above; not of none.
[[nodiscard]] double quantile_of(std::vector<double> values, double quantile);

}  // namespace lockstep
