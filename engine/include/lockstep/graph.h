#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ranges>
#include <span>
#include <utility>
#include <vector>

#include "lockstep/run_control.h"
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

/// A borrowed look at a whole graph, both ways, with the times of its arcs if it has any.
struct GraphView {
  CsrView out;
  CsrView in;                        ///< the arcs turned round; of an undirected graph, as `out`
  std::span<const TimeS> out_times;  ///< one an arc of `out`, or empty
  std::span<const TimeS> in_times;   ///< one an arc of `in`, or empty
  bool directed = false;
};

/// One undirected edge as it is handed to `Graph::undirected`.
struct WeightedEdge {
  VertexId source = 0;
  VertexId target = 0;
  double weight = 1.0;
};

/// Edges as columns of equal length, in any order.
struct EdgeColumns {
  std::span<const VertexId> source;
  std::span<const VertexId> target;
  std::span<const double> weight = {};  ///< positive; empty where each edge weighs 1
  std::span<const TimeS> time = {};     ///< empty where edges have no times
};

/// An immutable graph, both ways. Copies share the arrays, which are in memory or in a file.
/// 4 bytes an arc, 8 more if weighted, 8 more if it has times, and 8 bytes a vertex and direction;
/// an undirected edge is two arcs, and a directed graph keeps each arc in both directions.
class Graph {
 public:
  Graph() = default;
  /// Looks at arrays that whoever shares `view` keeps alive.
  explicit Graph(std::shared_ptr<const GraphView> view) : view_(std::move(view)) {}

  /// Builds from edges in any order. Repeated edges add their weights; self-loops are refused,
  /// since no account acts in concert with itself. Cost and determinism as `build_graph`. Throws
  /// InvalidArgument on an end past `vertex_count`, a self-loop, a weight that is not a positive
  /// normal number, or weights whose sum overflows.
  static Graph undirected(VertexId vertex_count, std::span<const WeightedEdge> edges);

  /// Rows of outgoing arcs: of an undirected graph, its edges in the rows of both their ends.
  [[nodiscard]] CsrView view() const { return both_ways().out; }
  [[nodiscard]] const GraphView& both_ways() const { return view_ ? *view_ : empty_view(); }
  /// The same rows without weights and times; shares the arrays.
  [[nodiscard]] Graph rows_alone() const;
  [[nodiscard]] bool is_directed() const { return both_ways().directed; }
  [[nodiscard]] VertexId size() const { return view().size(); }
  /// Edges, or, of a directed graph, arcs.
  [[nodiscard]] EdgeIndex edge_count() const {
    return is_directed() ? view().arc_count() : view().arc_count() / 2;
  }

 private:
  static const GraphView& empty_view();
  std::shared_ptr<const GraphView> view_;
};

/// What to do with an edge from a vertex to itself.
enum class SelfLoops {
  kRefuse,  ///< InvalidArgument
  kDrop,    ///< leave it out and count it
};

struct BuildOptions {
  bool directed = false;
  SelfLoops self_loops = SelfLoops::kRefuse;
};

struct BuiltGraph {
  Graph graph;
  std::uint64_t self_loops = 0;  ///< edges left out
  std::uint64_t repeats = 0;     ///< edges merged into an equal one; undirected: either way round
};

/// Builds a graph from columns of edges.
///
/// Equal edges become one: their weights add up in the order given, the earliest time is kept,
/// and without a weight column it weighs 1 like any other. Weights and times take memory only
/// where they are given. O(edges) time by counting sorts in parallel; beside columns and graph it
/// takes 2 bytes an arc, and on each thread what sorting a bucket of rows takes. Same bytes for
/// any thread count.
/// Throws InvalidArgument on columns of different lengths, an end past `vertex_count`, a self-loop
/// that is not to be dropped, a weight that is not a positive normal number, or weights whose sum
/// overflows; Interrupted. The first bad edge is named.
[[nodiscard]] BuiltGraph build_graph(VertexId vertex_count, const EdgeColumns& edges,
                                     const BuildOptions& options = {},
                                     RunControl* control = nullptr);

}  // namespace lockstep
