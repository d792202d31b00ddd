#pragma once

#include <span>
#include <vector>

#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

/// What is believed of a vertex before anything spreads.
struct Belief {
  VertexId vertex = 0;
  double residual = 0.0;  ///< above 0 suspicious, below 0 benign; finite; repeated ones add up
};

/// How a vertex weighs what its neighbours believe.
enum class Coupling {
  kUniform,   ///< W / rho: every edge by its weight (SybilSCAR-C, linearised belief propagation)
  kReceiver,  ///< D^-1 W: the mean of its neighbours (SybilSCAR-D)
  kSender,    ///< W D^-1: each neighbour hands out its belief in shares (a walk with restarts)
};

struct LinearBeliefOptions {
  Coupling coupling = Coupling::kSender;
  double strength = 0.99;   ///< spectral radius of the coupling (2 w rho of the paper), in [0, 1)
  double tolerance = 1e-6;  ///< stop once a round's total change is this share of the total
  int max_rounds = 5000;    ///< hard stop, at least 1; of the spread, and of the search for rho
};

struct LinearBeliefResult {
  std::vector<double> scores;    ///< one a vertex; higher is more suspicious
  double spectral_radius = 0.0;  ///< of W: estimated for kUniform, else 1 by construction
  int rounds = 0;
  bool converged = false;  ///< both the spread and, for kUniform, the spectral radius
};

/// Spreads beliefs by linearised belief propagation: solves x = q + strength * M x, where q is
/// the residuals and M the coupling scaled to spectral radius 1, so that it always converges.
///
/// Of an undirected graph. O(rounds * arcs) time, four doubles a vertex, double precision since
/// a strength near 1 sums many small terms; same bits for any thread count.
/// Throws InvalidArgument on an option out of range, a vertex past the graph or a residual that
/// is not finite; Interrupted once `control` is cancelled.
/// Source: Wang, Jia, Zhang and Gong, "Structure-based Sybil Detection in Social Networks via
/// Local Rule-based Propagation", IEEE TNSE 2019.
[[nodiscard]] LinearBeliefResult linear_belief(const CsrView& graph,
                                               std::span<const Belief> beliefs,
                                               const LinearBeliefOptions& options = {},
                                               const RunControl* control = nullptr);

}  // namespace lockstep
