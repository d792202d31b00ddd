#include "lockstep/graph.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 12;

void check(VertexId vertex_count, std::span<const WeightedEdge> edges) {
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const auto& [source, target, weight] = edges[i];
    const auto edge = "edge " + std::to_string(i) + " (" + std::to_string(source) + ", " +
                      std::to_string(target) + ")";
    if (source >= vertex_count || target >= vertex_count) {
      throw InvalidArgument(edge + " names a vertex past the " + std::to_string(vertex_count) +
                            " of the graph");
    }
    if (source == target) {
      throw InvalidArgument(edge + " is a self-loop; leave out pairs of one account");
    }
    if (!(weight > 0.0) || !std::isfinite(weight)) {
      throw InvalidArgument(edge + " has weight " + std::to_string(weight) +
                            "; weights must be positive and finite");
    }
  }
}

}  // namespace

Graph Graph::undirected(VertexId vertex_count, std::span<const WeightedEdge> edges) {
  check(vertex_count, edges);
  struct Arc {
    VertexId target;
    double weight;
  };
  std::vector<EdgeIndex> first(vertex_count + 1ULL, 0);
  for (const auto& edge : edges) {
    ++first[edge.source + 1ULL];
    ++first[edge.target + 1ULL];
  }
  std::inclusive_scan(first.begin(), first.end(), first.begin());
  std::vector<Arc> arcs(first.back());
  auto next = first;
  for (const auto& edge : edges) {
    arcs[next[edge.source]++] = {edge.target, edge.weight};
    arcs[next[edge.target]++] = {edge.source, edge.weight};
  }

  // Repeats are added in the order they came (the sort is stable), so the sums repeat exactly.
  std::vector<EdgeIndex> kept(vertex_count, 0);
  parallel_for(vertex_count, kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t v = begin; v < end; ++v) {
      const std::span<Arc> row(arcs.data() + first[v], first[v + 1] - first[v]);
      std::stable_sort(row.begin(), row.end(),
                       [](const Arc& a, const Arc& b) { return a.target < b.target; });
      std::size_t last = 0;
      for (std::size_t i = 1; i < row.size(); ++i) {
        if (row[i].target == row[last].target) {
          row[last].weight += row[i].weight;
        } else {
          row[++last] = row[i];
        }
      }
      kept[v] = row.empty() ? 0 : last + 1;
    }
  });

  Graph graph;
  graph.offsets_.assign(vertex_count + 1ULL, 0);
  std::inclusive_scan(kept.begin(), kept.end(), graph.offsets_.begin() + 1);
  graph.targets_.resize(graph.offsets_.back());
  graph.weights_.resize(graph.offsets_.back());
  parallel_for(vertex_count, kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t v = begin; v < end; ++v) {
      for (EdgeIndex i = 0; i < kept[v]; ++i) {
        graph.targets_[graph.offsets_[v] + i] = arcs[first[v] + i].target;
        graph.weights_[graph.offsets_[v] + i] = arcs[first[v] + i].weight;
      }
    }
  });
  return graph;
}

}  // namespace lockstep
