#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lockstep/types.h"

namespace lockstep {

/// A borrowed look at a weighted graph in compressed sparse row form; copied freely, and never
/// outlives the Graph it came from. Neighbours of v are sorted by id, without repeats.
struct CsrView {
  std::span<const EdgeIndex> offsets;  ///< size() + 1 of them, ascending
  std::span<const VertexId> targets;   ///< one an arc
  std::span<const double> weights;     ///< one an arc, positive, their sum finite

  [[nodiscard]] VertexId size() const {
    return offsets.empty() ? 0 : static_cast<VertexId>(offsets.size() - 1);
  }
  [[nodiscard]] EdgeIndex arc_count() const { return targets.size(); }
  [[nodiscard]] std::size_t degree(VertexId v) const { return offsets[v + 1] - offsets[v]; }
  [[nodiscard]] std::span<const VertexId> neighbours(VertexId v) const {
    return targets.subspan(offsets[v], degree(v));
  }
  [[nodiscard]] std::span<const double> neighbour_weights(VertexId v) const {
    return weights.subspan(offsets[v], degree(v));
  }
};

/// One undirected edge as it is handed to `Graph::undirected`.
struct WeightedEdge {
  VertexId source = 0;
  VertexId target = 0;
  double weight = 1.0;
};

/// Owns an immutable undirected weighted graph: each edge stands in the row of both its ends.
/// 12 bytes an arc (two arcs an edge) and 8 bytes a vertex.
class Graph {
 public:
  Graph() = default;

  /// Builds from edges in any order. Repeated edges add their weights; self-loops are refused,
  /// since no account acts in concert with itself. O(edges log degree) time; same bits for any
  /// thread count. Throws InvalidArgument on an end past `vertex_count`, a self-loop, a weight
  /// that is not a positive normal number, or weights whose sum overflows.
  static Graph undirected(VertexId vertex_count, std::span<const WeightedEdge> edges);

  [[nodiscard]] CsrView view() const { return {offsets_, targets_, weights_}; }
  [[nodiscard]] VertexId size() const { return view().size(); }
  [[nodiscard]] EdgeIndex edge_count() const { return targets_.size() / 2; }

 private:
  std::vector<EdgeIndex> offsets_{0};
  std::vector<VertexId> targets_;
  std::vector<double> weights_;
};

}  // namespace lockstep
