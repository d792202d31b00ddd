#pragma once

#include "lockstep/algorithms/propagation.h"
#include "lockstep/compressed_graph.h"
#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

/// Scores every vertex by how often a walk that now and then starts afresh anywhere is there.
///
/// Solves x = (1 - damping) / n + damping P'x, where P follows an arc out of a vertex with
/// chance proportional to its weight; a vertex without arcs out hands its score to all alike, so
/// the scores sum to 1. Sums are in double precision: errors are of the size of the tolerance
/// times damping / (1 - damping). O(rounds * arcs) time, five doubles a vertex, and 4 bytes an
/// arc on graphs past 2^17 vertices without weights; same bits for any thread count.
/// Throws InvalidArgument on an option out of range, Interrupted once `control` is cancelled.
/// Source: Page, Brin, Motwani and Winograd, "The PageRank Citation Ranking", 1999.
[[nodiscard]] PropagationResult pagerank(const GraphView& graph,
                                         const PropagationOptions& options = {},
                                         RunControl* control = nullptr);
[[nodiscard]] PropagationResult pagerank(const CompressedPair& graph,
                                         const PropagationOptions& options = {},
                                         RunControl* control = nullptr);

}  // namespace lockstep
