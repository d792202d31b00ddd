#include "lockstep/algorithms/linear_belief.h"

#include <cmath>
#include <tuple>
#include <utility>

#include "../option_checks.h"
#include "beliefs.h"
#include "seed_shares.h"

namespace lockstep {
namespace {

constexpr double kRadiusTolerance = 1e-14;  // relative; the estimate rises towards the radius

void check(const LinearBeliefOptions& options) {
  check_strength(options.strength);
  check_tolerance(options.tolerance);
  check_max_rounds(options.max_rounds);
}

/// |Wx| / |x| rises to the spectral radius from below, on bipartite graphs as well, where the
/// vector itself would swing for ever.
std::pair<double, bool> spectral_radius(const CsrView& graph, int max_rounds,
                                        const RunControl* control) {
  const std::size_t n = graph.size();
  std::vector<double> at(n, n == 0 ? 0.0 : 1.0 / std::sqrt(static_cast<double>(n)));
  std::vector<double> next(n);
  double radius = 0.0;
  for (int round = 0; round < max_rounds; ++round) {
    const double norm = std::sqrt(sum_over(n, control, [&](VertexId v) {
      next[v] = row_sum(graph, v, at);
      return next[v] * next[v];
    }));
    if (norm == 0.0) return {0.0, true};
    if (norm - radius <= kRadiusTolerance * norm) return {norm, true};
    radius = norm;
    for (double& value : next) value /= norm;
    std::swap(at, next);
  }
  return {radius, false};
}

}  // namespace

LinearBeliefResult linear_belief(const CsrView& graph, std::span<const Belief> beliefs,
                                 const LinearBeliefOptions& options, const RunControl* control) {
  check(options);
  const auto prior = priors(graph.size(), beliefs);
  LinearBeliefResult result{prior, 1.0};
  bool radius_found = true;
  std::vector<double> degree(graph.size());
  if (options.coupling == Coupling::kUniform) {
    std::tie(result.spectral_radius, radius_found) =
        spectral_radius(graph, options.max_rounds, control);
    degree.assign(graph.size(), result.spectral_radius);
  } else {
    degree = vertex_strengths(graph);
  }
  // A vertex without edges has no degree to divide by, and nothing to divide.
  for (double& value : degree) value = value == 0.0 ? 1.0 : value;
  const bool divide_first = options.coupling == Coupling::kSender;
  std::vector<double> passed(graph.size());
  while (result.rounds < options.max_rounds && !result.converged) {
    const double total = sum_over(graph.size(), control, [&](VertexId v) {
      passed[v] = divide_first ? result.scores[v] / degree[v] : result.scores[v];
      return std::abs(result.scores[v]);
    });
    const double change = sum_over(graph.size(), control, [&](VertexId v) {
      const double heard = row_sum(graph, v, passed) / (divide_first ? 1.0 : degree[v]);
      const double fresh = prior[v] + options.strength * heard;
      return std::abs(fresh - std::exchange(result.scores[v], fresh));
    });
    ++result.rounds;
    result.converged = change <= options.tolerance * total;
  }
  result.converged = result.converged && radius_found;
  return result;
}

}  // namespace lockstep
