#include "lockstep/algorithms/pagerank.h"

#include <vector>

#include "power_iteration.h"
#include "seed_shares.h"

namespace lockstep {

namespace {

template <class BothWays>
PropagationResult pagerank_of(const BothWays& graph, const PropagationOptions& options,
                              RunControl* control) {
  check(options);
  const VertexId n = graph.out.size();
  if (n == 0) return {{}, 0, true};
  const std::vector<double> restart(n, 1.0 / n);
  const auto strengths = vertex_strengths(graph.out);
  return power_iteration(graph.in, strengths, restart, options, control);
}

}  // namespace

PropagationResult pagerank(const GraphView& graph, const PropagationOptions& options,
                           RunControl* control) {
  return pagerank_of(graph, options, control);
}

PropagationResult pagerank(const CompressedPair& graph, const PropagationOptions& options,
                           RunControl* control) {
  return pagerank_of(graph, options, control);
}

}  // namespace lockstep
