#pragma once

#include <cstdint>
#include <vector>

#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

enum class Quality {
  kModularity,  ///< Newman-Girvan with a resolution; finds groups denser than chance
  kCpm,         ///< constant Potts model; finds groups denser than the resolution itself
};

struct LeidenOptions {
  Quality quality = Quality::kModularity;  ///< what is maximised
  double resolution = 1.0;                 ///< more gives smaller communities; above 0
  double randomness = 0.01;                ///< theta of the refinement draw; above 0
  std::uint64_t seed = 0;                  ///< same seed, same result, for any thread count
  int max_rounds = 100;                    ///< hard stop, in levels walked; at least 1
};

struct LeidenResult {
  std::vector<VertexId> community;  ///< one a vertex, dense from 0, ordered by smallest member
  VertexId communities = 0;
  double quality = 0.0;    ///< modularity, or CPM divided by the total edge weight
  int rounds = 0;          ///< levels walked, over all passes
  bool converged = false;  ///< the last pass gained nothing
};

/// Splits a graph into communities, each of them connected.
///
/// A round is one level: move vertices, refine, aggregate. Rounds follow one another up to the
/// level where each community is one vertex, then start again from the accounts with what was
/// found, until a whole pass gains nothing. Then no vertex gains by moving alone and no two
/// communities by merging. An isolated vertex is its own community.
/// O(rounds * edges) time, about 60 bytes an edge; one thread, so that a seed means one result.
/// Throws InvalidArgument on an option out of range, Interrupted once `control` is cancelled.
/// Source: Traag, Waltman and van Eck, "From Louvain to Leiden", Scientific Reports 2019.
[[nodiscard]] LeidenResult leiden(CsrView graph, const LeidenOptions& options = {},
                                  RunControl* control = nullptr);

/// The quality that `leiden` maximises, of any partition of the graph; 0 where it has no edge.
/// Throws InvalidArgument on a partition of another size, or numbers not below the vertices'.
[[nodiscard]] double partition_quality(CsrView graph, const std::vector<VertexId>& community,
                                       Quality quality, double resolution);

}  // namespace lockstep
