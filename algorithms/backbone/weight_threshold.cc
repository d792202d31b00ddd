#include "lockstep/algorithms/weight_threshold.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "lockstep/error.h"

namespace lockstep {
namespace {

template <class Keep>
BackboneResult keep_by_weight(const BackboneEdges& edges, const Keep& keep) {
  BackboneResult result;
  result.score.assign(edges.weight.begin(), edges.weight.end());
  result.kept.resize(result.score.size());
  std::transform(result.score.begin(), result.score.end(), result.kept.begin(),
                 [&](double weight) { return static_cast<std::uint8_t>(keep(weight)); });
  return result;
}

}  // namespace

BackboneResult count_backbone(const BackboneEdges& edges, double least) {
  check_edges(edges, true);
  if (!(least > 0.0)) {
    throw InvalidArgument("the least weight is " + std::to_string(least) + "; give above 0");
  }
  return keep_by_weight(edges, [&](double weight) { return weight >= least; });
}

BackboneResult quantile_backbone(const BackboneEdges& edges, double quantile) {
  check_edges(edges, true);
  if (!(quantile >= 0.0 && quantile <= 1.0)) {
    throw InvalidArgument("the quantile is " + std::to_string(quantile) + "; give 0 to 1");
  }
  if (edges.weight.empty()) return {};
  const double bound = quantile_of({edges.weight.begin(), edges.weight.end()}, quantile);
  return keep_by_weight(edges, [&](double weight) { return weight > bound; });
}

double quantile_of(std::vector<double> values, double quantile) {
  const double place = quantile * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), at, values.end());
  const double share = place - static_cast<double>(below);
  if (share == 0.0) return *at;
  return *at + share * (*std::min_element(at + 1, values.end()) - *at);
}

}  // namespace lockstep
