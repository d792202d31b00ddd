#pragma once

#include "lockstep/graph.h"

namespace lockstep {

/// A borrowed look at who acted on what: vertices below `accounts` are accounts, the others are
/// objects, and each edge joins one of either. Made by `bipartite`, which checks that.
struct BipartiteView {
  AdjacencyView rows;
  VertexId accounts = 0;

  [[nodiscard]] VertexId size() const { return rows.size(); }
  [[nodiscard]] VertexId objects() const { return size() - accounts; }
  [[nodiscard]] bool is_account(VertexId v) const { return v < accounts; }
  [[nodiscard]] std::size_t degree(VertexId v) const { return rows.degree(v); }
  [[nodiscard]] std::span<const VertexId> neighbours(VertexId v) const {
    return rows.neighbours(v);
  }
};

/// Looks at an undirected graph, whose first `accounts` vertices are the accounts, as bipartite.
/// O(edges), in parallel. Throws InvalidArgument on a directed graph, more accounts than
/// vertices, or an edge within one side.
[[nodiscard]] BipartiteView bipartite(const Graph& graph, VertexId accounts);

}  // namespace lockstep
