#pragma once

#include "lockstep/error.h"
#include "lockstep/graph.h"

namespace lockstep {

/// The rows of a graph for a function that means undirected ones; InvalidArgument on others.
inline CsrView undirected(const Graph& graph) {
  if (graph.is_directed()) {
    throw InvalidArgument("the graph is directed; build it with directed=False for this");
  }
  return graph.view();
}

}  // namespace lockstep
