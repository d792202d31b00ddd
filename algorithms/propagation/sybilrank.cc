#include "lockstep/algorithms/sybilrank.h"

#include <cmath>
#include <string>
#include <utility>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "seed_shares.h"

namespace lockstep {

SybilRankResult sybilrank(const CsrView& graph, std::span<const Seed> trusted,
                          const SybilRankOptions& options, const RunControl* control) {
  if (!(options.log_base > 1.0) || !std::isfinite(options.log_base)) {
    throw InvalidArgument("log_base is " + std::to_string(options.log_base) +
                          "; give a finite number above 1");
  }
  auto trust = seed_shares(graph.size(), trusted);
  const auto degree = vertex_strengths(graph);
  const double steps = std::log(static_cast<double>(graph.size())) / std::log(options.log_base);
  SybilRankResult result{std::vector<double>(graph.size()), static_cast<int>(std::ceil(steps))};
  const auto for_each = [&](const auto& body) {
    parallel_for(graph.size(), 1 << 12, [&](std::size_t begin, std::size_t end) {
      if (control != nullptr) control->check();
      for (auto v = static_cast<VertexId>(begin); v < end; ++v) body(v);
    });
  };
  auto& passed = result.scores;
  const auto share_out = [&](VertexId v) {
    passed[v] = degree[v] == 0.0 ? 0.0 : trust[v] / degree[v];
  };
  for (int round = 0; round < result.rounds; ++round) {
    for_each(share_out);
    for_each([&](VertexId v) { trust[v] = row_sum(graph, v, passed); });
  }
  for_each(share_out);
  for_each([&](VertexId v) { passed[v] = 0.0 - passed[v]; });
  return result;
}

}  // namespace lockstep
