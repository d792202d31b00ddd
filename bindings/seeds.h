#pragma once

#include <string>
#include <vector>

#include "lockstep/algorithms/propagation.h"
#include "lockstep/error.h"
#include "numpy.h"

namespace lockstep {

/// A column with what an error calls it.
struct NamedColumn {
  const pybind11::object& values;
  const char* name;
};

/// Vertices and a number of each, from two columns of equal length.
template <class Pair>
std::vector<Pair> as_pairs(const NamedColumn& vertices, const NamedColumn& numbers) {
  const auto vertex = as_span<VertexId>(vertices.values, vertices.name);
  const auto number = as_span<double>(numbers.values, numbers.name);
  if (vertex.size() != number.size()) {
    throw InvalidArgument(std::string(vertices.name) + " and " + numbers.name +
                          " have different lengths");
  }
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < vertex.size(); ++i) pairs.push_back({vertex[i], number[i]});
  return pairs;
}

inline std::vector<Seed> as_seeds(const pybind11::object& vertices,
                                  const pybind11::object& weights) {
  return as_pairs<Seed>({vertices, "seeds"}, {weights, "weights"});
}

}  // namespace lockstep
