#include "lockstep/algorithms/truncated_svd.h"

#include <algorithm>

#include "top_eigenpairs.h"

namespace lockstep {

TruncatedSvdResult truncated_svd(const GraphView& graph, const SpectralOptions& options,
                                 RunControl* control) {
  check(options);
  const auto product = [&](const Block& block) {
    return multiply(graph.in, multiply(graph.out, block, control), control);
  };
  const auto found = top_eigenpairs(graph.out.size(), product, options);
  const Eigen::VectorXd values = found.values.cwiseMax(0.0).cwiseSqrt();
  const double noise = 1e-7 * (values.size() > 0 ? values[0] : 0.0);
  const Eigen::VectorXd inverse =
      values.unaryExpr([&](double x) { return x > noise ? 1.0 / x : 0.0; });
  const Block left = multiply(graph.out, found.vectors, control) * inverse.asDiagonal();
  return {as_vector(values), as_vector(left), as_vector(found.vectors), found.rounds,
          found.converged};
}

}  // namespace lockstep
