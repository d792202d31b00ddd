#pragma once

#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "lockstep/algorithms/backbone.h"
#include "lockstep/incidence.h"
#include "random_log.h"

namespace lockstep {

/// Edges for a backbone that own their columns.
struct OwnedEdges {
  VertexId vertex_count = 0;
  std::vector<VertexId> source;
  std::vector<VertexId> target;
  std::vector<double> weight;

  void add(VertexId a, VertexId b, double w) {
    source.push_back(a);
    target.push_back(b);
    weight.push_back(w);
    vertex_count = std::max({vertex_count, a + 1, b + 1});
  }
  [[nodiscard]] BackboneEdges view() const { return {vertex_count, source, target, weight}; }
  [[nodiscard]] BackboneEdges bare() const { return {vertex_count, source, target, {}}; }
};

/// Distinct pairs of `vertices` with whole weights from 1 to 9.
inline OwnedEdges random_weighted(VertexId vertices, std::size_t many, unsigned seed) {
  std::mt19937 random(seed);
  std::set<std::pair<VertexId, VertexId>> seen;
  OwnedEdges edges;
  while (edges.source.size() < many) {
    const auto a = static_cast<VertexId>(random() % vertices);
    const auto b = static_cast<VertexId>(random() % vertices);
    if (a < b && seen.insert({a, b}).second) edges.add(a, b, 1.0 + double(random() % 9));
  }
  edges.vertex_count = vertices;
  return edges;
}

/// All pairs of accounts, without weights worth the name.
inline OwnedEdges all_pairs(VertexId accounts) {
  OwnedEdges edges;
  for (VertexId a = 0; a < accounts; ++a) {
    for (VertexId b = a + 1; b < accounts; ++b) edges.add(a, b, 1.0);
  }
  return edges;
}

/// How often each account acted on each object.
inline std::map<std::pair<AccountId, ObjectId>, double> action_counts(const Columns& columns) {
  std::map<std::pair<AccountId, ObjectId>, double> counts;
  for (std::size_t i = 0; i < columns.accounts.size(); ++i) {
    counts[{columns.accounts[i], columns.objects[i]}] += 1.0;
  }
  return counts;
}

}  // namespace lockstep
