#include "lockstep/graph.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>

#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 12;

/// Whether an edge may stand in a graph of so many vertices; subnormal weights may not, since
/// shares of them overflow.
bool is_fit(VertexId vertex_count, const WeightedEdge& edge) {
  return edge.source < vertex_count && edge.target < vertex_count && edge.source != edge.target &&
         edge.weight > 0.0 && std::isnormal(edge.weight);
}

[[noreturn]] void refuse(VertexId vertex_count, std::size_t place, const WeightedEdge& edge) {
  const auto& [source, target, weight] = edge;
  const auto name = "edge " + std::to_string(place) + " (" + std::to_string(source) + ", " +
                    std::to_string(target) + ")";
  if (source >= vertex_count || target >= vertex_count) {
    throw InvalidArgument(name + " names a vertex past the " + std::to_string(vertex_count) +
                          " of the graph");
  }
  if (source == target) {
    throw InvalidArgument(name + " is a self-loop; leave out pairs of one account");
  }
  throw InvalidArgument(name + " has weight " + std::to_string(weight) +
                        "; weights must be positive and finite, and not below 2.3e-308");
}

/// Names the first bad edge, whatever the threads.
void check(VertexId vertex_count, std::span<const WeightedEdge> edges) {
  const auto first_bad = parallel_reduce(
      edges.size(), kGrain, edges.size(),
      [&](std::size_t begin, std::size_t end) {
        while (begin < end && is_fit(vertex_count, edges[begin])) ++begin;
        return begin < end ? begin : edges.size();
      },
      [](std::size_t a, std::size_t b) { return std::min(a, b); });
  if (first_bad < edges.size()) refuse(vertex_count, first_bad, edges[first_bad]);
  const double total = parallel_reduce(
      edges.size(), kGrain, 0.0,
      [&](std::size_t begin, std::size_t end) {
        double sum = 0.0;
        for (; begin < end; ++begin) sum += edges[begin].weight;
        return sum;
      },
      std::plus<>());
  if (!std::isfinite(2.0 * total)) {
    throw InvalidArgument("the sum of the edge weights overflows; divide them by a constant");
  }
}

/// One end of an edge, in the row of the other.
struct HalfEdge {
  VertexId target;
  double weight;
};

/// Both halves of each edge, in the rows that begin at `first`, in the order given.
std::vector<HalfEdge> scatter(std::span<const WeightedEdge> edges, std::vector<EdgeIndex>& first) {
  for (const auto& edge : edges) {
    ++first[edge.source + 1ULL];
    ++first[edge.target + 1ULL];
  }
  std::inclusive_scan(first.begin(), first.end(), first.begin());
  std::vector<HalfEdge> halves(first.back());
  auto next = first;
  for (const auto& edge : edges) {
    halves[next[edge.source]++] = {edge.target, edge.weight};
    halves[next[edge.target]++] = {edge.source, edge.weight};
  }
  return halves;
}

/// Sorts a row and merges its repeats to the front; returns how many are left. Repeats are added
/// in the order they came (the sort is stable), so both rows of an edge get the same bits.
std::size_t merge_repeats(std::span<HalfEdge> row) {
  if (row.empty()) return 0;
  std::stable_sort(row.begin(), row.end(),
                   [](const HalfEdge& a, const HalfEdge& b) { return a.target < b.target; });
  std::size_t last = 0;
  for (std::size_t i = 1; i < row.size(); ++i) {
    if (row[i].target == row[last].target) {
      row[last].weight += row[i].weight;
    } else {
      row[++last] = row[i];
    }
  }
  return last + 1;
}

}  // namespace

Graph Graph::undirected(VertexId vertex_count, std::span<const WeightedEdge> edges) {
  check(vertex_count, edges);
  std::vector<EdgeIndex> first(vertex_count + 1ULL, 0);
  auto halves = scatter(edges, first);
  Graph graph;
  graph.offsets_.assign(vertex_count + 1ULL, 0);
  parallel_for(vertex_count, kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t v = begin; v < end; ++v) {
      graph.offsets_[v + 1] = merge_repeats({halves.data() + first[v], first[v + 1] - first[v]});
    }
  });
  std::inclusive_scan(graph.offsets_.begin(), graph.offsets_.end(), graph.offsets_.begin());
  graph.targets_.resize(graph.offsets_.back());
  graph.weights_.resize(graph.offsets_.back());
  parallel_for(vertex_count, kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t v = begin; v < end; ++v) {
      const HalfEdge* half = halves.data() + first[v];
      for (auto i = graph.offsets_[v]; i < graph.offsets_[v + 1]; ++i, ++half) {
        graph.targets_[i] = half->target;
        graph.weights_[i] = half->weight;
      }
    }
  });
  return graph;
}

}  // namespace lockstep
