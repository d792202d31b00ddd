#pragma once

#include <vector>

#include "lockstep/algorithms/propagation.h"
#include "lockstep/error.h"
#include "numpy.h"

namespace lockstep {

/// Seeds from two columns of equal length.
inline std::vector<Seed> as_seeds(const pybind11::object& vertices,
                                  const pybind11::object& weights) {
  const auto vertex = as_span<VertexId>(vertices, "seeds");
  const auto weight = as_span<double>(weights, "weights");
  if (vertex.size() != weight.size()) {
    throw InvalidArgument("seeds and weights have different lengths");
  }
  std::vector<Seed> seeds;
  for (std::size_t i = 0; i < vertex.size(); ++i) seeds.push_back({vertex[i], weight[i]});
  return seeds;
}

}  // namespace lockstep
