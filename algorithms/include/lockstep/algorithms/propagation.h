#pragma once

#include <span>
#include <vector>

#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

/// A vertex that a walk starts from, and how much is known about it.
struct Seed {
  VertexId vertex = 0;
  double weight = 1.0;  ///< confidence in it, above 0 and finite; repeated seeds add up
};

struct PropagationOptions {
  double damping = 0.85;    ///< share of score passed on per round, in [0, 1)
  double tolerance = 1e-9;  ///< stop once the total change in a round is below this; above 0
  int max_rounds = 200;     ///< hard stop, at least 1
};

struct PropagationResult {
  std::vector<double> scores;  ///< one per vertex, non-negative, summing to 1
  int rounds = 0;
  bool converged = false;
};

/// Scores every vertex by how readily a walk from the seeds reaches it: personalised PageRank.
///
/// Solves x = (1 - damping) s + damping P'x, where s is the seeds' weights as shares and P
/// follows an arc out of a vertex with chance proportional to its weight; a vertex without any
/// hands its score back to the seeds, so none leaks away. O(rounds * arcs) time, five doubles a
/// vertex, and 4 bytes an arc on graphs past 2^17 vertices without weights; same bits for any
/// thread count.
/// Throws InvalidArgument on an option out of range, no seeds, or an unknown or bad seed, and
/// Interrupted once `control` is cancelled.
/// Source: Haveliwala, "Topic-Sensitive PageRank", WWW 2002.
[[nodiscard]] PropagationResult propagation(const GraphView& graph, std::span<const Seed> seeds,
                                            const PropagationOptions& options = {},
                                            RunControl* control = nullptr);

/// The same on an undirected graph.
[[nodiscard]] inline PropagationResult propagation(const CsrView& graph,
                                                   std::span<const Seed> seeds,
                                                   const PropagationOptions& options = {},
                                                   RunControl* control = nullptr) {
  return propagation(GraphView{graph, graph, {}, {}, false}, seeds, options, control);
}

}  // namespace lockstep
