#pragma once

#include <random>
#include <vector>

#include "lockstep/bipartite.h"

namespace lockstep {

/// `edges` draws of an account and an object, some objects far more popular; repeats become one.
inline Graph random_bipartite(VertexId accounts, VertexId objects, std::size_t edges,
                              unsigned seed) {
  std::mt19937 random(seed);
  std::vector<VertexId> source;
  std::vector<VertexId> target;
  for (std::size_t i = 0; i < edges; ++i) {
    const auto a = static_cast<VertexId>(random() % accounts);
    const auto popular = static_cast<VertexId>(random() % objects);
    source.push_back(a);
    target.push_back(accounts + static_cast<VertexId>(random() % (popular + 1)));
  }
  return build_graph(accounts + objects, {source, target}).graph;
}

/// The graph of edges (account, object), objects numbered from 0.
inline Graph bipartite_of(VertexId accounts, VertexId objects,
                          const std::vector<std::pair<VertexId, VertexId>>& edges) {
  std::vector<VertexId> source;
  std::vector<VertexId> target;
  for (const auto& [account, object] : edges) {
    source.push_back(account);
    target.push_back(accounts + object);
  }
  return build_graph(accounts + objects, {source, target}).graph;
}

}  // namespace lockstep
