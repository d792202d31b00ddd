#pragma once

#include <span>
#include <vector>

#include "lockstep/graph.h"
#include "lockstep/mapped_array.h"
#include "lockstep/run_control.h"

namespace lockstep {

/// Rows of arcs that name vertices by their place in the order of falling degree, those with a
/// place in the cache first. In a graph with hubs most arcs name few vertices; what these pass
/// on then stays in the cache, and the rest is waited for together.
class HotRows {
 public:
  /// `degrees` are those of the vertices that the rows of `in` name. 4 bytes an arc and a vertex.
  HotRows(const AdjacencyView& in, std::span<const double> degrees, const RunControl* control);

  /// Whether a graph is too large for the cache, and dense enough to win back the copy.
  static bool pays_for(const AdjacencyView& in);

  /// Where to leave what v passes on.
  [[nodiscard]] VertexId place(VertexId v) const { return places_[v]; }

  /// Sum of what was passed on to v.
  [[nodiscard]] double sum(VertexId v, const double* passed) const {
    const VertexId* next = tails_.data() + offsets_[v];
    const VertexId* const end = tails_.data() + offsets_[v + 1ULL];
    double sums[4] = {};  // apart, so that an addition need not wait for the one before
    for (; end - next >= 4; next += 4) {
      for (int lane = 0; lane < 4; ++lane) sums[lane] += passed[next[lane]];
    }
    for (; next != end; ++next) sums[0] += passed[*next];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }

 private:
  std::span<const EdgeIndex> offsets_;
  std::vector<VertexId> places_;
  MappedArray<VertexId> tails_;
};

}  // namespace lockstep
