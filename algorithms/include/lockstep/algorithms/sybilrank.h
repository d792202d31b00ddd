#pragma once

#include <span>
#include <vector>

#include "lockstep/algorithms/propagation.h"

namespace lockstep {

struct SybilRankOptions {
  double log_base = 2.0;  ///< trust walks ceil(log n / log base) steps; above 1 and finite
};

struct SybilRankResult {
  std::vector<double> scores;  ///< minus trust per degree: at most 0, higher is more suspicious
  int rounds = 0;
};

/// Scores every vertex by how little trust reaches it from `trusted` in few steps.
///
/// Trust starts at the trusted vertices in shares of their weights and is handed to neighbours in
/// proportion to weight; stopped early, it has mixed within the benign region and not yet past
/// it. Vertices without edges get 0, as those that no trust reached. Of an undirected graph.
/// O(arcs log n) time; same bits for any thread count.
/// Throws InvalidArgument on a base out of range, no seeds, or an unknown or bad seed;
/// Interrupted once `control` is cancelled.
/// Source: Cao et al., "Aiding the Detection of Fake Accounts in Large Scale Social Online
/// Services", NSDI 2012.
[[nodiscard]] SybilRankResult sybilrank(const CsrView& graph, std::span<const Seed> trusted,
                                        const SybilRankOptions& options = {},
                                        const RunControl* control = nullptr);

}  // namespace lockstep
