#include "lockstep/algorithms/spectral_embedding.h"

#include <cmath>

#include "../propagation/seed_shares.h"
#include "top_eigenpairs.h"

namespace lockstep {
namespace {

/// 1 / sqrt(strength) of each vertex, 0 of a lonely one.
Eigen::VectorXd inverse_roots(const CsrView& graph) {
  const auto strengths = vertex_strengths(graph);
  const Eigen::Map<const Eigen::VectorXd> all(strengths.data(), graph.size());
  return all.unaryExpr(
      [](double strength) { return strength > 0.0 ? 1.0 / std::sqrt(strength) : 0.0; });
}

}  // namespace

SpectralEmbeddingResult spectral_embedding(const CsrView& graph, const SpectralOptions& options,
                                           RunControl* control) {
  check(options);
  const auto roots = inverse_roots(graph);
  const auto product = [&](const Block& block) -> Block {
    return roots.asDiagonal() * multiply(graph, roots.asDiagonal() * block, control);
  };
  const auto found = top_eigenpairs(graph.size(), product, options);
  return {as_vector(found.values), as_vector(found.vectors), found.rounds, found.converged};
}

}  // namespace lockstep
