#pragma once

#include <cstdint>

#include "lockstep/algorithms/partition.h"
#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct LeidenOptions {
  Quality quality = Quality::kModularity;  ///< what is maximised
  double resolution = 1.0;                 ///< more gives smaller communities; above 0
  double randomness = 0.01;  ///< theta of the refinement draw, in mean edge weights; above 0
  std::uint64_t seed = 0;    ///< same seed, same result, for any number of threads
  int max_rounds = 3;        ///< stop after so many; at least 1
};

/// Splits a graph into communities, each of them connected.
///
/// A round moves vertices, refines and aggregates, level after level, up to the one where each
/// community is one vertex; the next starts again from the accounts with what was found. The first
/// of several rounds goes without refinement: what it finds need not last. Rounds go on until one
/// gains nothing (then no vertex gains by moving alone and no two communities by merging), or
/// there were `max_rounds`: three end within 1e-4 of where many more would on graphs that have
/// communities, within 1e-3 on those without. An isolated vertex is its own community.
/// Threads decide for batches of vertices that the seed alone draws, with weights as whole
/// numbers, so sums come out alike in any order.
/// O(edges) time a pass, some ten passes a round; 8 bytes an arc (20 if weighted) beside the graph
/// and 60 a vertex, and for more than one round a copy of its arcs by community, 4 bytes an arc
/// (12 if weighted).
/// Throws InvalidArgument on an option out of range, Interrupted once `control` is cancelled.
/// Source: Traag, Waltman and van Eck, "From Louvain to Leiden", Scientific Reports 2019.
[[nodiscard]] Communities leiden(CsrView graph, const LeidenOptions& options = {},
                                 RunControl* control = nullptr);

}  // namespace lockstep
