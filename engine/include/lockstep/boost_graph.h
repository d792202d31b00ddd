#pragma once

#include <algorithm>
#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/iterator/transform_iterator.hpp>
#include <boost/property_map/property_map.hpp>
#include <compare>
#include <cstddef>
#include <utility>

#include "lockstep/graph.h"

/// Makes CsrView an undirected graph of Boost.Graph, without a copy: include this, and Boost's
/// algorithms for VertexListGraph, IncidenceGraph, AdjacencyGraph and EdgeListGraph take a view
/// as it is. It serves the vertex_index and edge_weight properties.
namespace lockstep {

/// One edge, seen from its tail. Both sights of an edge compare equal, as Boost asks of
/// undirected graphs, so a map from arcs is a map from edges.
struct Arc {
  VertexId tail = 0;
  VertexId head = 0;
  EdgeIndex index = 0;  ///< place of this sight of it among the arcs

  [[nodiscard]] std::pair<VertexId, VertexId> ends() const { return std::minmax(tail, head); }
  friend bool operator==(const Arc& a, const Arc& b) { return a.ends() == b.ends(); }
  friend auto operator<=>(const Arc& a, const Arc& b) { return a.ends() <=> b.ends(); }
};

/// Turns the place of an arc of one row into the arc.
struct RowArc {
  CsrView graph;
  VertexId tail = 0;
  Arc operator()(EdgeIndex index) const { return {tail, graph.targets[index], index}; }
};

using RowArcIterator =
    boost::transform_iterator<RowArc, boost::counting_iterator<EdgeIndex>, Arc, Arc>;

/// Walks all edges, each seen from its smaller end.
class EdgeIterator
    : public boost::iterator_facade<EdgeIterator, Arc, boost::forward_traversal_tag, Arc> {
 public:
  EdgeIterator() = default;
  EdgeIterator(CsrView graph, EdgeIndex index) : graph_(graph), index_(index) { settle(); }

 private:
  friend class boost::iterator_core_access;

  [[nodiscard]] Arc dereference() const { return {tail_, graph_.targets[index_], index_}; }
  [[nodiscard]] bool equal(const EdgeIterator& other) const { return index_ == other.index_; }
  void increment() {
    ++index_;
    settle();
  }
  /// Skips the arcs that point to a smaller vertex; their edges were met from there.
  void settle() {
    for (; index_ < graph_.arc_count(); ++index_) {
      while (index_ >= graph_.offsets[tail_ + 1ULL]) ++tail_;
      if (tail_ < graph_.targets[index_]) return;
    }
  }

  CsrView graph_;
  EdgeIndex index_ = 0;
  VertexId tail_ = 0;
};

/// Weight of an arc as a readable property map.
struct ArcWeightMap {
  using value_type = double;
  using reference = double;
  using key_type = Arc;
  using category = boost::readable_property_map_tag;
  CsrView graph;
  friend double get(const ArcWeightMap& map, const Arc& arc) { return map.graph.weight(arc.index); }
};

}  // namespace lockstep

template <>
struct boost::graph_traits<lockstep::CsrView> {
  using vertex_descriptor = lockstep::VertexId;
  using edge_descriptor = lockstep::Arc;
  using directed_category = boost::undirected_tag;
  using edge_parallel_category = boost::disallow_parallel_edge_tag;
  struct traversal_category : boost::incidence_graph_tag,
                              boost::adjacency_graph_tag,
                              boost::vertex_list_graph_tag,
                              boost::edge_list_graph_tag {};
  using vertices_size_type = std::size_t;
  using edges_size_type = std::size_t;
  using degree_size_type = std::size_t;
  using vertex_iterator = boost::counting_iterator<lockstep::VertexId>;
  using adjacency_iterator = const lockstep::VertexId*;
  using out_edge_iterator = lockstep::RowArcIterator;
  using edge_iterator = lockstep::EdgeIterator;
  static vertex_descriptor null_vertex() { return static_cast<vertex_descriptor>(-1); }
};

template <>
struct boost::graph_traits<const lockstep::CsrView> : boost::graph_traits<lockstep::CsrView> {};

template <>
struct boost::property_map<lockstep::CsrView, boost::vertex_index_t> {
  using type = boost::typed_identity_property_map<lockstep::VertexId>;
  using const_type = type;
};

template <>
struct boost::property_map<lockstep::CsrView, boost::edge_weight_t> {
  using type = lockstep::ArcWeightMap;
  using const_type = type;
};

// Found by argument-dependent look-up, hence in the namespace of CsrView.
namespace lockstep {

inline std::pair<boost::counting_iterator<VertexId>, boost::counting_iterator<VertexId>> vertices(
    const CsrView& graph) {
  return {boost::counting_iterator<VertexId>(0), boost::counting_iterator<VertexId>(graph.size())};
}
inline std::size_t num_vertices(const CsrView& graph) { return graph.size(); }
inline std::size_t num_edges(const CsrView& graph) { return graph.arc_count() / 2; }
inline std::size_t out_degree(VertexId v, const CsrView& graph) { return graph.degree(v); }
inline VertexId source(const Arc& arc, const CsrView&) { return arc.tail; }
inline VertexId target(const Arc& arc, const CsrView&) { return arc.head; }

inline std::pair<const VertexId*, const VertexId*> adjacent_vertices(VertexId v,
                                                                     const CsrView& graph) {
  const auto row = graph.neighbours(v);
  return {row.data(), row.data() + row.size()};
}

inline std::pair<RowArcIterator, RowArcIterator> out_edges(VertexId v, const CsrView& graph) {
  const RowArc row{graph, v};
  return {{boost::counting_iterator<EdgeIndex>(graph.offsets[v]), row},
          {boost::counting_iterator<EdgeIndex>(graph.offsets[v + 1ULL]), row}};
}

inline std::pair<EdgeIterator, EdgeIterator> edges(const CsrView& graph) {
  return {{graph, 0}, {graph, graph.arc_count()}};
}

inline boost::typed_identity_property_map<VertexId> get(boost::vertex_index_t, const CsrView&) {
  return {};
}
inline VertexId get(boost::vertex_index_t, const CsrView&, VertexId v) { return v; }
inline ArcWeightMap get(boost::edge_weight_t, const CsrView& graph) { return {graph}; }
inline double get(boost::edge_weight_t, const CsrView& graph, const Arc& arc) {
  return graph.weight(arc.index);
}

}  // namespace lockstep
