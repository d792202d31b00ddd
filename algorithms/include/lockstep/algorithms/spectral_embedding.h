#pragma once

#include <cstdint>
#include <vector>

#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct SpectralOptions {
  int dimensions = 8;       ///< vectors wanted, at least 1; never more than vertices are given
  double tolerance = 1e-6;  ///< largest residual of a pair, per largest value; above 0, below 1
  int max_rounds = 500;     ///< hard stop, at least 1
  std::uint64_t seed = 0;   ///< of the start; same seed, same result, for any thread count
};

struct SpectralEmbeddingResult {
  std::vector<double> values;   ///< eigenvalues in [-1, 1], falling
  std::vector<double> vectors;  ///< one row of values.size() numbers a vertex; columns orthonormal
  int rounds = 0;
  bool converged = false;
};

/// Places every vertex in a space where well-connected ones are near one another: the eigenvectors
/// of the largest eigenvalues of the normalised adjacency, weight / sqrt(strength * strength).
///
/// Of an undirected graph. As many eigenvalues are 1 as it has components with an edge; their
/// vectors, like those of any repeated value, are any basis of their space. Each vector has its
/// entry of largest size (the first of equals) positive. A lonely vertex has 0 in all vectors of
/// values other than 0. O(rounds * edges * dimensions) time, about 100 (dimensions + 4) bytes a
/// vertex.
/// Throws InvalidArgument on an option out of range, Interrupted once `control` is cancelled.
/// Source: Knyazev, "Toward the Optimal Preconditioned Eigensolver: LOBPCG", SIAM Journal on
/// Scientific Computing 2001.
[[nodiscard]] SpectralEmbeddingResult spectral_embedding(const CsrView& graph,
                                                         const SpectralOptions& options = {},
                                                         RunControl* control = nullptr);

}  // namespace lockstep
