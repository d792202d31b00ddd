#pragma once

#include <concepts>

#include "lockstep/graph.h"

namespace lockstep {

/// How many rows ahead of the one that is walked `prefetch_row` should be asked for.
constexpr VertexId kRowsAhead = 24;

/// Asks the memory for the start of a row that is walked soon; past the end it does nothing.
/// A kernel that reads little of each row waits for memory most of its time. Only a hint, and
/// only for views whose rows have a known place.
template <NeighbourView View>
void prefetch_row(const View& graph, VertexId v) {
  if constexpr (std::derived_from<View, AdjacencyView>) {
    if (v < graph.size()) __builtin_prefetch(graph.targets.data() + graph.offsets[v]);
  }
}

}  // namespace lockstep
