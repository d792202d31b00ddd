#include "lockstep/algorithms/induced_subgraph.h"

#include <algorithm>
#include <string>

#include "lockstep/error.h"

namespace lockstep {

InducedSubgraph induced_subgraph(const CsrView& graph, std::span<const VertexId> vertices) {
  InducedSubgraph cut{{}, {vertices.begin(), vertices.end()}};
  auto& kept = cut.vertices;
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  if (!kept.empty() && kept.back() >= graph.size()) {
    throw InvalidArgument("vertex " + std::to_string(kept.back()) + " is past the " +
                          std::to_string(graph.size()) + " vertices of the graph");
  }
  std::vector<WeightedEdge> edges;
  for (VertexId i = 0; i < kept.size(); ++i) {
    const auto row = graph.neighbours(kept[i]);
    auto at = kept.begin();
    for (auto next = row.begin(); next != row.end(); ++next) {
      if (*next >= kept[i]) break;  // met from the other end
      at = std::lower_bound(at, kept.end(), *next);
      if (at == kept.end() || *at != *next) continue;
      const auto arc = graph.offsets[kept[i]] + static_cast<EdgeIndex>(next - row.begin());
      edges.push_back({static_cast<VertexId>(at - kept.begin()), i, graph.weight(arc)});
    }
  }
  cut.graph = Graph::undirected(static_cast<VertexId>(kept.size()), edges);
  return cut;
}

}  // namespace lockstep
