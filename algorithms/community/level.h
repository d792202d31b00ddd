#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lockstep/graph.h"

namespace lockstep {

/// A community or part for each vertex of a level, numbered below the number of vertices.
using Partition = std::vector<VertexId>;

/// Rows of weighted arcs, which need not touch each other.
template <class Weight>
struct WeightedRows {
  std::span<const EdgeIndex> first;  ///< where the row of each vertex begins
  std::span<const EdgeIndex> last;   ///< where it ends
  const VertexId* targets = nullptr;
  const Weight* weights = nullptr;  ///< null where each arc weighs 1

  [[nodiscard]] VertexId size() const { return static_cast<VertexId>(first.size()); }
  [[nodiscard]] std::size_t degree(VertexId v) const { return last[v] - first[v]; }
  [[nodiscard]] Weight weight(EdgeIndex arc) const { return weights ? weights[arc] : Weight{1}; }
};

/// A graph on one level of aggregation, its weights as whole numbers: sums of them do not depend
/// on the order of adding, so threads may add as they come. Edges inside a vertex are left out:
/// moves never see them.
template <class Weight>
struct Level : WeightedRows<Weight> {
  std::vector<std::uint64_t> mass;  ///< strength (modularity) or accounts (CPM), never 0
  double penalty = 0.0;             ///< cost of a pair of masses in one community

  std::vector<EdgeIndex> own_first;  // arrays of a level that borrows none
  std::vector<EdgeIndex> own_last;
  std::unique_ptr<VertexId[]> own_targets;
  std::unique_ptr<Weight[]> own_weights;
  std::size_t own_room = 0;

  void use_own_rows() {
    this->first = own_first;
    this->last = own_last;
    this->targets = own_targets.get();
    this->weights = own_weights.get();
  }
};

/// Asks the memory for what a look at `vertices[i]` and those after it will need: their rows, and
/// the entries of `arrays`, one for each vertex, of those in the row. A look waits for some twenty
/// reads at random otherwise.
template <class Weight, class... Arrays>
void fetch_ahead(const WeightedRows<Weight>& rows, std::span<const VertexId> vertices,
                 std::size_t i, const Arrays&... arrays) {
  constexpr std::size_t kStep = 4;
  constexpr EdgeIndex kMost = 48;  // a longer row is walked with many reads under way anyway
  if (i + 3 * kStep < vertices.size()) __builtin_prefetch(&rows.first[vertices[i + 3 * kStep]]);
  if (i + 2 * kStep < vertices.size()) {
    const EdgeIndex arc = rows.first[vertices[i + 2 * kStep]];
    __builtin_prefetch(rows.targets + arc);
    if (rows.weights != nullptr) __builtin_prefetch(rows.weights + arc);
  }
  if (i + kStep < vertices.size()) {
    const VertexId v = vertices[i + kStep];
    const EdgeIndex last = std::min(rows.last[v], rows.first[v] + kMost);
    for (EdgeIndex arc = rows.first[v]; arc < last; ++arc) {
      (__builtin_prefetch(arrays.data() + rows.targets[arc]), ...);
    }
  }
}

/// Whether v, even if all arcs to vertices of other values led to a single one, would hold more to
/// its own, by `margin`. No where most of a stretch of its row leads elsewhere: a full look is then
/// cheaper than both. In the later passes nearly all vertices are settled.
template <class Weight>
[[nodiscard]] bool is_settled(const WeightedRows<Weight>& rows, const Partition& value, VertexId v,
                              double margin) {
  constexpr EdgeIndex kStretch = 32;
  const VertexId own = value[v];
  Weight inside = 0;
  Weight outside = 0;
  for (EdgeIndex arc = rows.first[v]; arc < rows.last[v] && outside <= inside;) {
    const EdgeIndex end = std::min(arc + kStretch, rows.last[v]);
    for (; arc < end; ++arc) {
      const Weight weight = rows.weight(arc);
      const Weight here = value[rows.targets[arc]] == own ? weight : 0;
      inside += here;
      outside += weight - here;
    }
  }
  return static_cast<double>(inside) - margin >= static_cast<double>(outside);
}

/// Makes `above` the level with one vertex for each part; `parts` are numbered from 0 to
/// `part_count`. Its arrays are used again where they are large enough.
template <class Weight>
void aggregate(const Level<Weight>& level, const Partition& parts, VertexId part_count,
               Level<Weight>& above);

/// The vertices of each part in ascending order, one part after another.
struct Members {
  std::vector<VertexId> first;  ///< one a part, and the end
  std::vector<VertexId> vertices;

  /// Parts are numbered from 0 to `part_count`.
  Members(const Partition& parts, VertexId part_count);
};

/// The level with its vertices numbered anew: `order[i]` becomes i. It borrows nothing.
template <class Weight>
[[nodiscard]] Level<Weight> reordered(const Level<Weight>& level, std::span<const VertexId> order);

/// Numbers the communities from 0 in the order of their smallest member; returns how many.
VertexId renumber(Partition& partition);

/// Gives each connected part of each community a number of its own, in the order of their smallest
/// member; returns how many.
template <class Weight>
VertexId split_components(const Level<Weight>& level, Partition& partition);

}  // namespace lockstep
