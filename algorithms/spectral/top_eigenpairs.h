#pragma once

#include <Eigen/Core>
#include <functional>
#include <vector>

#include "lockstep/algorithms/spectral_embedding.h"

namespace lockstep {

/// Some vectors side by side, the numbers of one vertex next to each other.
using Block = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Multiplies a symmetric matrix of size n with a block.
using Product = std::function<Block(const Block&)>;

struct Eigenpairs {
  Eigen::VectorXd values;  ///< falling
  Block vectors;           ///< orthonormal columns, signs fixed
  int rounds = 0;
  bool converged = false;
};

/// Throws InvalidArgument on an option out of range.
void check(const SpectralOptions& options);

/// The algebraically largest eigenpairs of a symmetric matrix that is known by its products
/// alone, by LOBPCG without a preconditioner; the whole spectrum at once where n is small.
[[nodiscard]] Eigenpairs top_eigenpairs(VertexId n, const Product& product,
                                        const SpectralOptions& options);

/// The matrix of weights times a block; each row is summed in the order of its arcs.
[[nodiscard]] Block multiply(const CsrView& graph, const Block& block, const RunControl* control);

/// The numbers of a block, row by row.
[[nodiscard]] std::vector<double> as_vector(const Block& block);

}  // namespace lockstep
