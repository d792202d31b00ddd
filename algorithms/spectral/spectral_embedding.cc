#include "lockstep/algorithms/spectral_embedding.h"

#include <cmath>

#include "lockstep/parallel.h"
#include "top_eigenpairs.h"

namespace lockstep {
namespace {

/// 1 / sqrt(strength) of each vertex, 0 of a lonely one.
Eigen::VectorXd inverse_roots(const CsrView& graph) {
  Eigen::VectorXd roots(graph.size());
  parallel_for(graph.size(), 1 << 12, [&](std::size_t begin, std::size_t end) {
    for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
      double strength = 0.0;
      for (auto i = graph.offsets[v]; i < graph.offsets[v + 1ULL]; ++i) {
        strength += graph.weight(i);
      }
      roots[v] = strength > 0.0 ? 1.0 / std::sqrt(strength) : 0.0;
    }
  });
  return roots;
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
