#pragma once

#include <vector>

#include "lockstep/bipartite.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct DenseBlocksOptions {
  int blocks = 5;       ///< find so many at most, one after another, 1 to 64
  double offset = 5.0;  ///< added to an object's accounts before the logarithm, 1 to 1e6
};

/// Accounts and objects with many edges between them for their number.
struct DenseBlock {
  std::vector<VertexId> accounts;  ///< ascending
  std::vector<VertexId> objects;   ///< ascending, numbered as in the graph
  EdgeIndex edges = 0;             ///< between them, those of earlier blocks apart
  double density = 0.0;            ///< weight of these edges over accounts and objects
};

struct DenseBlocksResult {
  std::vector<DenseBlock> blocks;  ///< in the order found; fewer where no edge is left
};

/// Finds accounts that share far more objects than their popularity explains.
///
/// An edge to an object of d accounts weighs 1 / log(d + offset), d counted once in the whole
/// graph: acting on popular objects as well (camouflage) adds edges that weigh little and takes
/// nothing from those inside the block, so that it cannot hide one. Greedily takes away the vertex
/// of least weight left (of equals, the first) and keeps the densest of the sets on the way, the
/// largest of equals: at least half as dense as the densest block there is. The edges of a block
/// are then taken out and the next one sought.
/// Weights are fixed-point numbers, so that ties are exact. Vertices that weigh less than the
/// density go first, all at once: it leaves what the greedy order would leave, and a heap sees
/// the few that remain alone. O(blocks * (edges + vertices) + edges log vertices at worst) time,
/// 25 bytes a vertex beside 20 of those in the heap; one thread but for the first sums.
/// A dense block shows common action, not why: a fan club is one.
/// Throws InvalidArgument on an option out of range, Interrupted once `control` is cancelled.
/// Source: Hooi et al., "FRAUDAR: Bounding Graph Fraud in the Face of Camouflage", KDD 2016.
[[nodiscard]] DenseBlocksResult dense_blocks(const BipartiteView& graph,
                                             const DenseBlocksOptions& options = {},
                                             RunControl* control = nullptr);

}  // namespace lockstep
