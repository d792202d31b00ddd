#include "lockstep/algorithms/partition.h"

#include <algorithm>
#include <string>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 12;

void check(const CsrView& graph, const std::vector<VertexId>& community) {
  if (community.size() != graph.size()) {
    throw InvalidArgument("the partition has " + std::to_string(community.size()) +
                          " entries, the graph " + std::to_string(graph.size()) + " vertices");
  }
  for (const VertexId c : community) {
    if (c < graph.size()) continue;
    throw InvalidArgument("community " + std::to_string(c) + " is past the " +
                          std::to_string(graph.size()) + " vertices of the graph");
  }
}

/// Weight around each vertex: all of it, and within its community.
struct Strengths {
  std::vector<double> all;
  std::vector<double> inside;
};

Strengths strengths(const CsrView& graph, const std::vector<VertexId>& community) {
  Strengths sums{std::vector<double>(graph.size()), std::vector<double>(graph.size())};
  parallel_for(graph.size(), kGrain / 4, [&](std::size_t begin, std::size_t end) {
    for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
      for (auto i = graph.offsets[v]; i < graph.offsets[v + 1ULL]; ++i) {
        const double weight = graph.weight(i);
        sums.all[v] += weight;
        if (community[graph.targets[i]] == community[v]) sums.inside[v] += weight;
      }
    }
  });
  return sums;
}

}  // namespace

double partition_quality(const CsrView& graph, const std::vector<VertexId>& community,
                         Quality quality, double resolution) {
  check(graph, community);
  if (graph.arc_count() == 0) return 0.0;
  const auto sums = strengths(graph, community);
  const double total =
      parallel_sum(sums.all, kGrain);  // each edge counted from both ends, as inside
  const bool is_cpm = quality == Quality::kCpm;
  std::vector<double> mass(graph.size(), 0.0);
  for (VertexId v = 0; v < graph.size(); ++v) mass[community[v]] += is_cpm ? 1.0 : sums.all[v];
  for (double& m : mass) m *= is_cpm ? m - 1.0 : m / total;
  return (parallel_sum(sums.inside, kGrain) - resolution * parallel_sum(mass, kGrain)) / total;
}

std::vector<double> conductance(const CsrView& graph, const std::vector<VertexId>& community) {
  check(graph, community);
  if (graph.size() == 0) return {};
  const auto sums = strengths(graph, community);
  const VertexId count = 1 + *std::max_element(community.begin(), community.end());
  std::vector<double> cut(count, 0.0);
  std::vector<double> volume(count, 0.0);
  for (VertexId v = 0; v < graph.size(); ++v) {
    cut[community[v]] += sums.all[v] - sums.inside[v];
    volume[community[v]] += sums.all[v];
  }
  for (VertexId c = 0; c < count; ++c) cut[c] = volume[c] > 0.0 ? cut[c] / volume[c] : 0.0;
  return cut;
}

}  // namespace lockstep
