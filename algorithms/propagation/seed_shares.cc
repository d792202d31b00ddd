#include "seed_shares.h"

#include <cmath>
#include <numeric>
#include <string>

#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {

double seed_total(VertexId vertex_count, std::span<const Seed> seeds) {
  if (seeds.empty()) throw InvalidArgument("no seeds given; give at least one vertex");
  double total = 0.0;
  for (const auto& [vertex, weight] : seeds) {
    if (vertex >= vertex_count) {
      throw InvalidArgument("seed " + std::to_string(vertex) + " is past the " +
                            std::to_string(vertex_count) + " vertices of the graph");
    }
    if (!(weight > 0.0) || !std::isfinite(weight)) {
      throw InvalidArgument("seed " + std::to_string(vertex) + " has weight " +
                            std::to_string(weight) + "; weights must be positive and finite");
    }
    total += weight;
  }
  if (!std::isfinite(total)) {
    throw InvalidArgument("the sum of the seeds' weights overflows; divide them by a constant");
  }
  return total;
}

std::vector<double> seed_shares(VertexId vertex_count, std::span<const Seed> seeds) {
  const double total = seed_total(vertex_count, seeds);
  std::vector<double> shares(vertex_count, 0.0);
  for (const auto& [vertex, weight] : seeds) shares[vertex] += weight;
  for (double& share : shares) share /= total;
  return shares;
}

void check_damping(double damping) {
  if (!(damping >= 0.0 && damping < 1.0)) {
    throw InvalidArgument("damping is " + std::to_string(damping) +
                          "; give a share of at least 0 and below 1");
  }
}

double row_sum(const CsrView& graph, VertexId v, std::span<const double> values) {
  double sum = 0.0;
  for (auto arc = graph.offsets[v]; arc < graph.offsets[v + 1ULL]; ++arc) {
    sum += graph.weight(arc) * values[graph.targets[arc]];
  }
  return sum;
}

std::vector<double> vertex_strengths(const CompressedView& graph) {
  std::vector<double> strengths(graph.size(), 0.0);
  parallel_for(graph.size(), 1 << 12, [&](std::size_t begin, std::size_t end) {
    for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
      strengths[v] = static_cast<double>(graph.degree(v));
    }
  });
  return strengths;
}

std::vector<double> vertex_strengths(const CsrView& graph) {
  std::vector<double> strengths(graph.size(), 0.0);
  parallel_for(graph.size(), 1 << 12, [&](std::size_t begin, std::size_t end) {
    for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
      strengths[v] = static_cast<double>(graph.degree(v));
      if (!graph.is_weighted()) continue;
      const auto weights = graph.neighbour_weights(v);
      strengths[v] = std::accumulate(weights.begin(), weights.end(), 0.0);
    }
  });
  return strengths;
}

}  // namespace lockstep
