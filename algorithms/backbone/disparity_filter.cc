#include "lockstep/algorithms/disparity_filter.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "strengths.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 14;

/// log10 of (1 - share)^(degree - 1), without the loss of 1 - share where the share is small.
double log10_at_end(double share, std::uint32_t degree) {
  if (degree < 2) return 0.0;
  return (static_cast<double>(degree) - 1.0) * std::log1p(-share) / std::numbers::ln10;
}

}  // namespace

BackboneResult disparity_filter(const BackboneEdges& edges, double alpha) {
  check_edges(edges, true);
  if (!(alpha > 0.0 && alpha <= 1.0)) {
    throw InvalidArgument("alpha is " + std::to_string(alpha) + "; give above 0, at most 1");
  }
  const Strengths ends(edges);
  const double log10_alpha = std::log10(alpha);
  const std::size_t n = edges.source.size();
  BackboneResult result{
      std::vector<double>(n), std::vector<double>(n), {}, std::vector<std::uint8_t>(n)};
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i) {
      for (const VertexId v : {edges.source[i], edges.target[i]}) {
        // Of rounded sums a part can be more than the whole.
        const double share = std::min(edges.weight[i] / ends.strength[v], 1.0);
        result.score[i] = std::max(result.score[i], share);
        result.log10_p[i] = std::min(result.log10_p[i], log10_at_end(share, ends.degree[v]));
      }
      result.kept[i] = static_cast<std::uint8_t>(result.log10_p[i] < log10_alpha);
    }
  });
  return result;
}

}  // namespace lockstep
