#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/algorithms/backbone.h"

namespace lockstep {

/// A bipartite configuration model: account i acts on object o with chance x_i y_o / (1 + x_i y_o).
struct Bicm {
  std::vector<double> account_fugacity;  ///< x, one an account; 0 where its degree is
  std::vector<double> object_fugacity;   ///< y, one an object
  double worst_error = 0.0;              ///< largest relative error of an expected degree
};

/// The model whose expected degrees are those of `incidence`, solved on classes of equal degree.
///
/// By turns for accounts and for objects, each by Newton's method in the logarithm, until no
/// expected degree is off by more than 1e-8 of itself or `max_rounds` are done. O(classes of
/// accounts * classes of objects) a round. Throws InvalidArgument where an account acted on every
/// object or an object has every account: their chance would be 1 and x or y without bound.
/// Source: Saracco, Di Clemente, Gabrielli and Squartini, "Randomizing bipartite networks: the
/// case of the World Trade Web", Scientific Reports 2015.
[[nodiscard]] Bicm bicm(const Incidence& incidence, int max_rounds = 20'000);

/// Keeps pairs that share more objects than the degrees of accounts and objects explain.
///
/// Under `bicm` the objects shared are a sum of independent trials of chances p_ao p_bo. Their
/// upper tail is exact on up to 512 objects and Poisson's, as in the bicm package, on more (off by
/// at most the sum of the squared chances). The score is the number of objects shared; kept are the
/// discoveries of Benjamini and Hochberg at `fdr` over all pairs of active accounts. Time plays
/// no part. O(edges * degree + classes of accounts squared * classes of objects).
/// Throws InvalidArgument as `check_edges` and `bicm` do, and on an `fdr` out of (0, 1).
/// Source: Saracco, Straka, Di Clemente, Gabrielli, Caldarelli and Squartini, "Inferring
/// monopartite projections of bipartite networks: an entropy-based approach", New Journal of
/// Physics 2017.
[[nodiscard]] BackboneResult bicm_backbone(const BackboneEdges& edges, const Incidence& incidence,
                                           double fdr);

}  // namespace lockstep
