#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "lockstep/algorithms/breadth_first_search.h"
#include "lockstep/algorithms/connected_components.h"
#include "lockstep/algorithms/core_numbers.h"
#include "lockstep/algorithms/propagation.h"
#include "lockstep/algorithms/spectral_embedding.h"
#include "lockstep/algorithms/triangles.h"
#include "lockstep/graph.h"

/// Whether what a kernel found is so, each by another method, in one thread.
namespace lockstep {

/// No edge spans more than one step, and each parent is the smallest neighbour one step nearer.
inline bool verifies(const AdjacencyView& graph, VertexId source,
                     const BreadthFirstSearchResult& found) {
  for (VertexId v = 0; v < graph.size(); ++v) {
    const VertexId distance = found.distance[v];
    if ((distance == 0) != (v == source)) return false;
    VertexId nearer = v == source ? source : kUnreached;
    for (const VertexId other : graph.neighbours(v)) {
      if ((found.distance[other] == kUnreached) != (distance == kUnreached)) return false;
      if (distance == kUnreached) continue;
      if (found.distance[other] + 1 < distance) return false;
      if (found.distance[other] + 1 == distance && nearer == kUnreached) nearer = other;
    }
    if (found.parent[v] != nearer) return false;
  }
  return true;
}

/// A walk from the smallest vertex of each component, in their order, meets just its members.
inline bool verifies(const AdjacencyView& graph, const ConnectedComponentsResult& found) {
  std::vector<char> met(graph.size(), 0);
  std::vector<VertexId> stack;
  VertexId next = 0;
  for (VertexId start = 0; start < graph.size(); ++start) {
    if (met[start] != 0) continue;
    stack.assign(1, start);
    met[start] = 1;
    while (!stack.empty()) {
      const VertexId v = stack.back();
      stack.pop_back();
      if (found.component[v] != next) return false;
      for (const VertexId other : graph.neighbours(v)) {
        if (met[other] != 0) continue;
        met[other] = 1;
        stack.push_back(other);
      }
    }
    ++next;
  }
  return next == found.components;
}

/// How far PageRank's scores move in one more round, pushed along the arcs instead of pulled.
inline double pagerank_residual(const AdjacencyView& graph, double damping,
                                const std::vector<double>& scores) {
  double stranded = 0.0;
  std::vector<double> want(scores.size(), 0.0);
  for (VertexId v = 0; v < graph.size(); ++v) {
    if (graph.degree(v) == 0) stranded += scores[v];
    const double share = damping * scores[v] / static_cast<double>(graph.degree(v));
    for (const VertexId head : graph.neighbours(v)) want[head] += share;
  }
  const double all = (1.0 - damping + damping * stranded) / graph.size();
  double apart = 0.0;
  for (VertexId v = 0; v < graph.size(); ++v) apart += std::abs(want[v] + all - scores[v]);
  return apart;
}

/// Peels one vertex at a time in buckets of the neighbours left (Matula and Beck 1983).
inline bool verifies(const AdjacencyView& graph, const CoreNumbersResult& found) {
  const VertexId n = graph.size();
  std::vector<VertexId> left(n);
  std::vector<std::vector<VertexId>> buckets;
  const auto file = [&](VertexId v) {
    if (left[v] >= buckets.size()) buckets.resize(left[v] + 1ULL);
    buckets[left[v]].push_back(v);
  };
  for (VertexId v = 0; v < n; ++v) {
    left[v] = static_cast<VertexId>(graph.degree(v));
    file(v);
  }
  std::vector<char> gone(n, 0);
  for (VertexId k = 0; k < buckets.size(); ++k) {
    while (!buckets[k].empty()) {
      const VertexId v = buckets[k].back();
      buckets[k].pop_back();
      if (gone[v] != 0 || left[v] != k) continue;
      gone[v] = 1;
      if (found.core[v] != k) return false;
      for (const VertexId other : graph.neighbours(v)) {
        if (gone[other] != 0 || left[other] <= k) continue;
        --left[other];
        file(other);
      }
    }
  }
  return true;
}

/// A sample of vertices, counted again by intersecting whole rows; and the sum over all.
inline bool verifies(const AdjacencyView& graph, const TrianglesResult& found) {
  std::vector<VertexId> shared;
  for (VertexId v = 0; v < graph.size(); v += 1 + graph.size() / 2000) {
    std::uint64_t twice = 0;
    const auto row = graph.neighbours(v);
    for (const VertexId other : row) {
      shared.clear();
      const auto there = graph.neighbours(other);
      std::set_intersection(row.begin(), row.end(), there.begin(), there.end(),
                            std::back_inserter(shared));
      twice += shared.size();
    }
    if (twice != 2 * found.triangles[v]) return false;
  }
  return std::accumulate(found.triangles.begin(), found.triangles.end(), std::uint64_t{0}) ==
         3 * found.total;
}

/// Whether each vector is an eigenvector up to `tolerance`, and of length 1.
inline bool verifies(const AdjacencyView& graph, const SpectralEmbeddingResult& found,
                     double tolerance) {
  const std::size_t k = found.values.size();
  const auto root = [&](VertexId v) { return std::sqrt(static_cast<double>(graph.degree(v))); };
  for (std::size_t i = 0; i < k; ++i) {
    double residual = 0.0;
    double length = 0.0;
    for (VertexId v = 0; v < graph.size(); ++v) {
      double sum = 0.0;
      for (const VertexId other : graph.neighbours(v)) {
        sum += found.vectors[other * k + i] / root(other) / root(v);
      }
      const double here = found.vectors[v * k + i];
      residual += std::pow(sum - found.values[i] * here, 2);
      length += here * here;
    }
    if (std::sqrt(residual) > 1.01 * tolerance || std::abs(length - 1.0) > 1e-9) return false;
  }
  return found.converged;
}

}  // namespace lockstep
