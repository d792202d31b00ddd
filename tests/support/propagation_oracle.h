#pragma once

#include <Eigen/Dense>
#include <vector>

#include "lockstep/algorithms/propagation.h"
#include "support/graph_oracle.h"

namespace lockstep {

// Slow and obvious: builds P' as a dense matrix and solves the fixed point directly.
inline Eigen::VectorXd propagation_oracle(CsrView graph, const std::vector<Seed>& seeds,
                                          double damping) {
  const auto n = static_cast<Eigen::Index>(graph.size());
  Eigen::VectorXd start = Eigen::VectorXd::Zero(n);
  for (const auto& [vertex, weight] : seeds) start[vertex] += weight;
  start /= start.sum();
  Eigen::MatrixXd step = dense(graph).transpose();
  for (Eigen::Index v = 0; v < n; ++v) {
    const double total = step.col(v).sum();
    step.col(v) = total == 0.0 ? start : Eigen::VectorXd(step.col(v) / total);
  }
  const Eigen::MatrixXd system = Eigen::MatrixXd::Identity(n, n) - damping * step;
  return system.partialPivLu().solve((1.0 - damping) * start);
}

}  // namespace lockstep
