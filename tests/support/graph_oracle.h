#pragma once

#include <Eigen/Dense>
#include <algorithm>
#include <limits>
#include <vector>

#include "lockstep/algorithms/leiden.h"
#include "lockstep/graph.h"

namespace lockstep {

// Slow and obvious versions that the tests of graph algorithms compare with.

/// The weights as a dense matrix, symmetric where the graph is undirected.
inline Eigen::MatrixXd dense(CsrView graph) {
  const auto n = static_cast<Eigen::Index>(graph.size());
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(n, n);
  for (VertexId v = 0; v < graph.size(); ++v) {
    for (std::size_t i = 0; i < graph.degree(v); ++i) {
      matrix(v, graph.neighbours(v)[i]) = graph.weight(graph.offsets[v] + i);
    }
  }
  return matrix;
}

/// Quality of a partition as a sum over all pairs of vertices of one community.
inline double slow_quality(const Eigen::MatrixXd& weight, const std::vector<VertexId>& community,
                           Quality quality, double resolution) {
  const Eigen::VectorXd strength = weight.rowwise().sum();
  const double total = strength.sum();
  double sum = 0.0;
  for (Eigen::Index u = 0; u < weight.rows(); ++u) {
    for (Eigen::Index v = 0; v < weight.cols(); ++v) {
      if (community[static_cast<std::size_t>(u)] != community[static_cast<std::size_t>(v)]) {
        continue;
      }
      sum += weight(u, v);
      if (quality == Quality::kModularity) sum -= resolution * strength(u) * strength(v) / total;
      if (quality == Quality::kCpm && u != v) sum -= resolution;
    }
  }
  return sum / total;
}

/// Best quality over all partitions of a small graph (restricted growth strings).
inline double best_of_all_partitions(const Eigen::MatrixXd& weight, Quality quality,
                                     double resolution) {
  std::vector<VertexId> community(static_cast<std::size_t>(weight.rows()), 0);
  double best = -std::numeric_limits<double>::infinity();
  const auto grow = [&](auto&& self, std::size_t v, VertexId used) -> void {
    if (v == community.size()) {
      best = std::max(best, slow_quality(weight, community, quality, resolution));
      return;
    }
    for (VertexId c = 0; c <= used; ++c) {
      community[v] = c;
      self(self, v + 1, std::max(used, c + 1));
    }
  };
  grow(grow, 0, 0);
  return best;
}

/// Number of connected parts that the communities fall into: breadth first from each vertex.
inline VertexId connected_parts(CsrView graph, const std::vector<VertexId>& community) {
  std::vector<char> seen(graph.size(), 0);
  VertexId parts = 0;
  for (VertexId start = 0; start < graph.size(); ++start) {
    if (seen[start] != 0) continue;
    ++parts;
    std::vector<VertexId> queue{start};
    seen[start] = 1;
    for (std::size_t next = 0; next < queue.size(); ++next) {
      for (const VertexId other : graph.neighbours(queue[next])) {
        if (seen[other] != 0 || community[other] != community[start]) continue;
        seen[other] = 1;
        queue.push_back(other);
      }
    }
  }
  return parts;
}

}  // namespace lockstep
