#pragma once

#include <vector>

#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

/// For every vertex of a cluster, the number of pairs of others whose shortest walks lead over it:
/// a pair with several shortest walks counts in the share of them that do.
///
/// Of an undirected graph; steps are counted, weights are not used. Meant for graphs of the size
/// of a cluster (cut one out with `induced_subgraph`): O(vertices * edges) time, one thread.
/// Throws Interrupted once `control` is cancelled.
/// Source: Brandes, "A Faster Algorithm for Betweenness Centrality", Journal of Mathematical
/// Sociology 2001; by Boost.Graph.
[[nodiscard]] std::vector<double> betweenness(const CsrView& graph, RunControl* control = nullptr);

}  // namespace lockstep
