#include "lockstep/algorithms/directed_belief.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "../option_checks.h"
#include "beliefs.h"

namespace lockstep {
namespace {

/// Calls `visit(other, out_weight, in_weight)` for all that v follows or is followed by, in
/// ascending order; the weight of an arc that is not there is 0.
template <class Visit>
void walk_both_ways(const GraphView& graph, VertexId v, const Visit& visit) {
  const auto& [out, in] = std::tie(graph.out, graph.in);
  EdgeIndex o = out.offsets[v];
  EdgeIndex i = in.offsets[v];
  const EdgeIndex out_end = out.offsets[v + 1ULL];
  const EdgeIndex in_end = in.offsets[v + 1ULL];
  while (o < out_end || i < in_end) {
    const bool takes_out = i == in_end || (o < out_end && out.targets[o] <= in.targets[i]);
    const bool takes_in = o == out_end || (i < in_end && in.targets[i] <= out.targets[o]);
    const VertexId other = takes_out ? out.targets[o] : in.targets[i];
    visit(other, takes_out ? out.weight(o) : 0.0, takes_in ? in.weight(i) : 0.0);
    o += takes_out ? 1 : 0;
    i += takes_in ? 1 : 0;
  }
}

/// What v hears of those around it, in the mean.
double heard(const GraphView& graph, VertexId v, std::span<const double> scores) {
  double sum = 0.0;
  double weight = 0.0;
  walk_both_ways(graph, v, [&](VertexId other, double out, double in) {
    const double score = scores[other];
    weight += out + in;
    if (in == 0.0) {
      sum += out * std::max(score, 0.0);
    } else if (out == 0.0) {
      sum += in * std::min(score, 0.0);
    } else {
      sum += (out + in) * score;
    }
  });
  return weight == 0.0 ? 0.0 : sum / weight;
}

}  // namespace

DirectedBeliefResult directed_belief(const GraphView& graph, std::span<const Belief> beliefs,
                                     const DirectedBeliefOptions& options,
                                     const RunControl* control) {
  check_strength(options.strength);
  check_tolerance(options.tolerance);
  check_max_rounds(options.max_rounds);
  const VertexId n = graph.out.size();
  const auto prior = priors(n, beliefs);
  DirectedBeliefResult result{prior};
  std::vector<double> before(n);
  while (result.rounds < options.max_rounds && !result.converged) {
    std::swap(before, result.scores);
    const double total = sum_over(n, control, [&](VertexId v) { return std::abs(before[v]); });
    const double change = sum_over(n, control, [&](VertexId v) {
      result.scores[v] = prior[v] + options.strength * heard(graph, v, before);
      return std::abs(result.scores[v] - before[v]);
    });
    ++result.rounds;
    result.converged = change <= options.tolerance * total;
  }
  return result;
}

}  // namespace lockstep
