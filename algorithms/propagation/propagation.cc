#include "lockstep/algorithms/propagation.h"

#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "seed_shares.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 12;

void check(const PropagationOptions& options) {
  check_damping(options.damping);
  if (!(options.tolerance > 0.0)) {
    throw InvalidArgument("tolerance is " + std::to_string(options.tolerance) +
                          "; give a change above 0");
  }
  if (options.max_rounds < 1) {
    throw InvalidArgument("max_rounds is " + std::to_string(options.max_rounds) +
                          "; give at least 1");
  }
}

/// Sums `value(v)` over all vertices, in an order that threads do not change.
template <class Value>
double sum_over(std::size_t n, const Value& value) {
  return parallel_reduce(
      n, kGrain, 0.0,
      [&](std::size_t begin, std::size_t end) {
        double sum = 0.0;
        for (std::size_t v = begin; v < end; ++v) sum += value(v);
        return sum;
      },
      std::plus<>());
}

}  // namespace

PropagationResult propagation(CsrView graph, std::span<const Seed> seeds,
                              const PropagationOptions& options, RunControl* control) {
  check(options);
  const auto shares = seed_shares(graph.size(), seeds);
  const auto strengths = vertex_strengths(graph);
  const std::size_t n = graph.size();
  PropagationResult result;
  result.scores = shares;
  std::vector<double> passed(n);
  std::vector<double> next(n);
  while (result.rounds < options.max_rounds && !result.converged) {
    const double stranded =
        sum_over(n, [&](std::size_t v) { return strengths[v] > 0.0 ? 0.0 : result.scores[v]; });
    parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t v = begin; v < end; ++v) {
        passed[v] = strengths[v] > 0.0 ? result.scores[v] / strengths[v] : 0.0;
      }
    });
    parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
      if (control != nullptr) control->check();
      for (std::size_t v = begin; v < end; ++v) {
        double sum = 0.0;
        for (auto i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i) {
          sum += graph.weight(i) * passed[graph.targets[i]];
        }
        next[v] = (1.0 - options.damping + options.damping * stranded) * shares[v] +
                  options.damping * sum;
      }
    });
    const double change =
        sum_over(n, [&](std::size_t v) { return std::abs(next[v] - result.scores[v]); });
    std::swap(result.scores, next);
    ++result.rounds;
    result.converged = change < options.tolerance;
  }
  return result;
}

}  // namespace lockstep
