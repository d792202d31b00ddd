#pragma once

#include <random>
#include <span>
#include <vector>

#include "lockstep/graph.h"

namespace lockstep {

template <class T>
std::vector<T> copied(std::span<const T> values) {
  return {values.begin(), values.end()};
}

/// Columns that own their values.
struct Edges {
  std::vector<VertexId> source;
  std::vector<VertexId> target;
  std::vector<double> weight;
  std::vector<TimeS> time;

  void add(VertexId u, VertexId v, double w = 1.0, TimeS t = 0) {
    source.push_back(u);
    target.push_back(v);
    weight.push_back(w);
    time.push_back(t);
  }
  [[nodiscard]] EdgeColumns columns(bool weighted, bool timed) const {
    EdgeColumns all{source, target};
    if (weighted) all.weight = weight;
    if (timed) all.time = time;
    return all;
  }
};

/// Any two vertices, also one with itself; times from before 1970 too.
inline Edges random_edge_columns(VertexId vertices, std::size_t edges, unsigned seed) {
  std::mt19937 random(seed);
  Edges drawn;
  for (std::size_t i = 0; i < edges; ++i) {
    const auto u = static_cast<VertexId>(random() % vertices);
    const auto v = static_cast<VertexId>(random() % vertices);
    const double weight = 0.1 * static_cast<double>(1 + random() % 100);
    drawn.add(u, v, weight, static_cast<TimeS>(random() % 1000) - 500);
  }
  return drawn;
}

constexpr BuildOptions kDirected{.directed = true, .self_loops = SelfLoops::kDrop};
constexpr BuildOptions kUndirected{.directed = false, .self_loops = SelfLoops::kDrop};

inline bool same_rows(const CsrView& a, const CsrView& b) {
  return copied(a.offsets) == copied(b.offsets) && copied(a.targets) == copied(b.targets) &&
         copied(a.weights) == copied(b.weights);
}

inline bool same_graph(const GraphView& a, const GraphView& b) {
  return a.directed == b.directed && same_rows(a.out, b.out) && same_rows(a.in, b.in) &&
         copied(a.out_times) == copied(b.out_times) && copied(a.in_times) == copied(b.in_times);
}

}  // namespace lockstep
