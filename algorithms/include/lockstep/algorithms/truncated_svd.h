#pragma once

#include <vector>

#include "lockstep/algorithms/spectral_embedding.h"
#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct TruncatedSvdResult {
  std::vector<double> values;  ///< singular values, falling, 0 or more
  std::vector<double> left;    ///< one row of values.size() numbers a vertex, as a tail
  std::vector<double> right;   ///< the same, as a head; columns orthonormal
  int rounds = 0;
  bool converged = false;
};

/// Finds the largest singular values of the matrix of weights, rows the tails of arcs and columns
/// the heads, with their vectors: the sum of value * left * right' is the closest of its rank.
///
/// Of directed graphs too. Works on the product of the matrix with its transpose, never formed:
/// `tolerance` holds for squares of values, and values below 1e-7 of the largest are noise; the
/// left vectors of those are 0. Signs, cost and errors are as in `spectral_embedding`.
/// Source: Golub and Kahan, "Calculating the Singular Values and Pseudo-Inverse of a Matrix",
/// SIAM Journal on Numerical Analysis 1965.
[[nodiscard]] TruncatedSvdResult truncated_svd(const GraphView& graph,
                                               const SpectralOptions& options = {},
                                               RunControl* control = nullptr);

}  // namespace lockstep
