#include "lockstep/algorithms/edge_overlap.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "lockstep/parallel.h"
#include "lockstep/undirected.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 6;  // rows of hubs cost far more than others
constexpr double kNoTriangle = 0.1;     // shared neighbours that an edge without any counts as

std::size_t shared_neighbours(std::span<const VertexId> a, std::span<const VertexId> b) {
  std::size_t shared = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i == *j) ++shared;
    const bool step_a = *i <= *j;
    const bool step_b = *j <= *i;
    i += step_a ? 1 : 0;
    j += step_b ? 1 : 0;
  }
  return shared;
}

std::vector<double> overlaps(const CsrView& graph, const RunControl* control) {
  std::vector<double> overlap(graph.arc_count());
  parallel_for(graph.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    if (control != nullptr) control->check();
    for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
      for (auto arc = graph.offsets[v]; arc < graph.offsets[v + 1ULL]; ++arc) {
        const VertexId other = graph.targets[arc];
        const auto shared = shared_neighbours(graph.neighbours(v), graph.neighbours(other));
        const auto least = std::min(graph.degree(v), graph.degree(other));
        overlap[arc] = graph.weight(arc) * (static_cast<double>(shared) + kNoTriangle) /
                       static_cast<double>(least);
      }
    }
  });
  return overlap;
}

/// Weights of its own over the rows of a graph that it keeps alive.
struct Reweighted {
  Graph rows;
  std::vector<double> weights;
  GraphView view;
};

}  // namespace

Graph edge_overlap(const Graph& graph, const RunControl* control) {
  const CsrView view = undirected(graph);
  auto kept = std::make_shared<Reweighted>();
  kept->rows = graph;
  kept->weights = overlaps(view, control);
  kept->view = graph.both_ways();
  kept->view.out.weights = kept->weights;
  kept->view.in.weights = kept->weights;
  return Graph(std::shared_ptr<const GraphView>(kept, &kept->view));
}

}  // namespace lockstep
