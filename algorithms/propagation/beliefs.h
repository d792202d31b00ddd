#pragma once

#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "lockstep/algorithms/linear_belief.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {

/// One residual a vertex, those not labelled at 0.
inline std::vector<double> priors(VertexId n, std::span<const Belief> beliefs) {
  std::vector<double> prior(n, 0.0);
  for (const auto& [vertex, residual] : beliefs) {
    if (vertex >= n) {
      throw InvalidArgument("label of vertex " + std::to_string(vertex) + ", past the " +
                            std::to_string(n) + " vertices of the graph");
    }
    if (!std::isfinite(residual)) {
      throw InvalidArgument("the residual of vertex " + std::to_string(vertex) + " is not finite");
    }
    prior[vertex] += residual;
  }
  return prior;
}

inline void check_strength(double strength) {
  if (strength >= 0.0 && strength < 1.0) return;
  throw InvalidArgument("strength is " + std::to_string(strength) +
                        "; give at least 0 and below 1");
}

/// Runs `each(v)` for all vertices and sums what it gives, in the same order every time.
template <class Each>
double sum_over(std::size_t n, const RunControl* control, const Each& each) {
  constexpr std::size_t kGrain = 1 << 12;
  return parallel_reduce(
      n, kGrain, 0.0,
      [&](std::size_t begin, std::size_t end) {
        if (control != nullptr) control->check();
        double sum = 0.0;
        for (auto v = static_cast<VertexId>(begin); v < end; ++v) sum += each(v);
        return sum;
      },
      std::plus<>());
}

}  // namespace lockstep
