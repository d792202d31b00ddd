#pragma once

#include <span>
#include <vector>

#include "lockstep/algorithms/linear_belief.h"
#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct DirectedBeliefOptions {
  double strength = 0.99;   ///< share of what a vertex hears that it believes, in [0, 1)
  double tolerance = 1e-6;  ///< stop once a round's total change is this share of the total
  int max_rounds = 5000;    ///< hard stop, at least 1
};

struct DirectedBeliefResult {
  std::vector<double> scores;  ///< one a vertex; higher is more suspicious
  int rounds = 0;
  bool converged = false;
};

/// Spreads beliefs over a directed graph of who follows whom, where anybody can follow anybody.
///
/// Two that follow each other believe of each other what they believe of themselves. Where u alone
/// follows v, suspicion walks back along the arc and trust walks on along it: v's suspicion reaches
/// u, for the benign seldom choose the fraudulent; u's trust reaches v; and neither the suspicion
/// of a follower nor the trust of the one who is followed says anything, for both come for free.
/// A score is its residual and `strength` times the mean over the weight of all arcs at the vertex
/// of what they pass. A round shrinks every difference by `strength`, so it always converges.
/// An undirected graph is one where all follow each other: linear_belief's Coupling::kReceiver.
///
/// O(rounds * arcs) time, three doubles a vertex; same bits for any thread count.
/// Throws InvalidArgument on an option out of range, a vertex past the graph or a residual that
/// is not finite; Interrupted once `control` is cancelled.
/// Source: after Wang, Gong and Fu, "GANG: Detecting Fraudulent Users in Online Social Networks
/// via Guilt-by-Association on Directed Graphs", ICDM 2017, in residuals and with the mean of the
/// neighbours in the place of one weight for all edges.
[[nodiscard]] DirectedBeliefResult directed_belief(const GraphView& graph,
                                                   std::span<const Belief> beliefs,
                                                   const DirectedBeliefOptions& options = {},
                                                   const RunControl* control = nullptr);

}  // namespace lockstep
