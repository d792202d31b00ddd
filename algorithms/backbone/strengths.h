#pragma once

#include <cstdint>
#include <vector>

#include "lockstep/algorithms/backbone.h"

namespace lockstep {

/// Degree and sum of weights of every vertex.
struct Strengths {
  explicit Strengths(const BackboneEdges& edges)
      : degree(edges.vertex_count, 0), strength(edges.vertex_count, 0.0) {
    for (std::size_t i = 0; i < edges.source.size(); ++i) {
      for (const VertexId end : {edges.source[i], edges.target[i]}) {
        ++degree[end];
        strength[end] += edges.weight[i];
      }
    }
  }
  std::vector<std::uint32_t> degree;
  std::vector<double> strength;
};

}  // namespace lockstep
