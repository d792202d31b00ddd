#include "lockstep/algorithms/propagation.h"

#include "power_iteration.h"
#include "seed_shares.h"

namespace lockstep {

PropagationResult propagation(const GraphView& graph, std::span<const Seed> seeds,
                              const PropagationOptions& options, RunControl* control) {
  check(options);
  const auto restart = seed_shares(graph.out.size(), seeds);
  const auto strengths = vertex_strengths(graph.out);
  return power_iteration(graph.in, strengths, restart, options, control);
}

}  // namespace lockstep
