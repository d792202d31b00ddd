#pragma once

#include <algorithm>
#include <numeric>
#include <vector>

#include "lockstep/huge_pages.h"
#include "lockstep/types.h"

namespace lockstep {

/// The place of each vertex in the order of falling degree, equal ones by id. Degrees from
/// `most` up count as equal. `degree(v)` is a whole number.
template <class Degree>
std::vector<VertexId> places_by_degree(VertexId n, std::size_t most, const Degree& degree) {
  const auto rank = [&](VertexId v) {
    return most - std::min(static_cast<std::size_t>(degree(v)), most);
  };
  std::vector<VertexId> first(most + 2, 0);
  for (VertexId v = 0; v < n; ++v) ++first[rank(v) + 1];
  std::inclusive_scan(first.begin(), first.end(), first.begin());
  auto places = huge_vector<VertexId>(n);
  for (VertexId v = 0; v < n; ++v) places[v] = first[rank(v)]++;
  return places;
}

}  // namespace lockstep
