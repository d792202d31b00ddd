#pragma once

#include <concepts>
#include <cstddef>
#include <ranges>
#include <span>
#include <vector>

#include "lockstep/types.h"

namespace lockstep {

/// A borrowed look at who is next to whom, in compressed sparse row form; copied freely, and never
/// outlives the graph it came from. Neighbours of v are sorted by id, without repeats.
struct AdjacencyView {
  std::span<const EdgeIndex> offsets;  ///< size() + 1 of them, ascending
  std::span<const VertexId> targets;   ///< one an arc

  [[nodiscard]] VertexId size() const {
    return offsets.empty() ? 0 : static_cast<VertexId>(offsets.size() - 1);
  }
  [[nodiscard]] EdgeIndex arc_count() const { return targets.size(); }
  [[nodiscard]] std::size_t degree(VertexId v) const { return offsets[v + 1ULL] - offsets[v]; }
  [[nodiscard]] std::span<const VertexId> neighbours(VertexId v) const {
    return targets.subspan(offsets[v], degree(v));
  }
};

/// What a kernel needs of a graph that it only walks: any such view will do, compressed or not.
template <class View>
concept NeighbourView = requires(const View& graph, VertexId v) {
  { graph.size() } -> std::same_as<VertexId>;
  { graph.arc_count() } -> std::same_as<EdgeIndex>;
  { graph.degree(v) } -> std::convertible_to<std::size_t>;
  { *std::ranges::begin(graph.neighbours(v)) } -> std::convertible_to<VertexId>;
};

/// The same with a weight for each arc.
struct CsrView : AdjacencyView {
  std::span<const double> weights;  ///< positive, their sum finite; empty where each arc weighs 1

  [[nodiscard]] bool is_weighted() const { return !weights.empty(); }
  [[nodiscard]] double weight(EdgeIndex arc) const { return is_weighted() ? weights[arc] : 1.0; }
  /// Of a weighted graph alone.
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

  [[nodiscard]] CsrView view() const { return {{offsets_, targets_}, weights_}; }
  [[nodiscard]] VertexId size() const { return view().size(); }
  [[nodiscard]] EdgeIndex edge_count() const { return targets_.size() / 2; }

 private:
  std::vector<EdgeIndex> offsets_{0};
  std::vector<VertexId> targets_;
  std::vector<double> weights_;
};

}  // namespace lockstep
