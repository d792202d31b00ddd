#pragma once

#include <set>
#include <utility>
#include <vector>

#include "lockstep/graph.h"

namespace lockstep {

/// Arcs of a directed graph, ready to be walked both ways.
class DirectedGraph {
 public:
  DirectedGraph(VertexId vertices, const std::vector<std::pair<VertexId, VertexId>>& arcs) {
    std::set<std::pair<VertexId, VertexId>> out;
    std::set<std::pair<VertexId, VertexId>> in;
    for (const auto& [tail, head] : arcs) {
      out.insert({tail, head});
      in.insert({head, tail});
    }
    fill(vertices, out, out_offsets_, out_targets_);
    fill(vertices, in, in_offsets_, in_targets_);
  }

  [[nodiscard]] CsrView out() const { return {{out_offsets_, out_targets_}, {}}; }
  [[nodiscard]] CsrView in() const { return {{in_offsets_, in_targets_}, {}}; }

 private:
  static void fill(VertexId vertices, const std::set<std::pair<VertexId, VertexId>>& arcs,
                   std::vector<EdgeIndex>& offsets, std::vector<VertexId>& targets) {
    offsets.assign(vertices + 1ULL, 0);
    for (const auto& [tail, head] : arcs) {
      ++offsets[tail + 1ULL];
      targets.push_back(head);
    }
    for (VertexId v = 0; v < vertices; ++v) offsets[v + 1ULL] += offsets[v];
  }

  std::vector<EdgeIndex> out_offsets_;
  std::vector<EdgeIndex> in_offsets_;
  std::vector<VertexId> out_targets_;
  std::vector<VertexId> in_targets_;
};

}  // namespace lockstep
