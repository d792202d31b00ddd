#include "seed_shares.h"

#include <cmath>
#include <string>

#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {

std::vector<double> seed_shares(VertexId vertex_count, std::span<const Seed> seeds) {
  if (seeds.empty()) throw InvalidArgument("no seeds given; give at least one vertex");
  std::vector<double> shares(vertex_count, 0.0);
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
    shares[vertex] += weight;
    total += weight;
  }
  if (!std::isfinite(total)) {
    throw InvalidArgument("the sum of the seeds' weights overflows; divide them by a constant");
  }
  for (double& share : shares) share /= total;
  return shares;
}

void check_damping(double damping) {
  if (!(damping >= 0.0 && damping < 1.0)) {
    throw InvalidArgument("damping is " + std::to_string(damping) +
                          "; give a share of at least 0 and below 1");
  }
}

std::vector<double> vertex_strengths(CsrView graph) {
  std::vector<double> strengths(graph.size(), 0.0);
  parallel_for(graph.size(), 1 << 12, [&](std::size_t begin, std::size_t end) {
    for (std::size_t v = begin; v < end; ++v) {
      for (auto i = graph.offsets[v]; i < graph.offsets[v + 1]; ++i) {
        strengths[v] += graph.weight(i);
      }
    }
  });
  return strengths;
}

}  // namespace lockstep
