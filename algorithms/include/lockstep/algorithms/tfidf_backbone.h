#pragma once

#include <cstdint>

#include "lockstep/algorithms/backbone.h"

namespace lockstep {

struct TfidfOptions {
  double quantile = 0.995;        ///< kept is what is above it, in [0, 1]
  std::uint32_t min_objects = 2;  ///< objects that a pair must share, whatever its cosine
};

/// Keeps the pairs of highest cosine between what the accounts acted on, rare objects counting
/// more.
///
/// An account is the vector of its actions on each object times ln(accounts / accounts on the
/// object); an object that all act on counts for nothing. The score is the cosine, 0 where a
/// vector is; the quantile (type 7) is that of the pairs given that share `min_objects`: two that
/// acted on one rare object alone would have the largest cosine there is. It holds no error rate:
/// some share of any network is above its quantile. O(entries + objects in common of each edge).
/// Throws InvalidArgument as `check_edges` does, and on an option out of range.
/// Source: Pacheco, Hui, Torres-Lugo, Truong, Flammini and Menczer, "Uncovering Coordinated
/// Networks on Social Media: Methods and Case Studies", ICWSM 2021.
[[nodiscard]] BackboneResult tfidf_backbone(const BackboneEdges& edges, const Incidence& incidence,
                                            const TfidfOptions& options = {});

}  // namespace lockstep
