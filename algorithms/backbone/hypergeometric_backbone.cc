#include "lockstep/algorithms/hypergeometric_backbone.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 8;

double log_choose(double n, double k) {
  return std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
}

}  // namespace

double log10_hypergeometric_upper_tail(std::uint64_t shared, std::uint64_t objects,
                                       std::uint64_t marked, std::uint64_t draws) {
  if (marked > objects || draws > objects) {
    throw InvalidArgument("of " + std::to_string(objects) + " objects, " + std::to_string(marked) +
                          " cannot be marked and " + std::to_string(draws) + " drawn");
  }
  const auto least = marked + draws > objects ? marked + draws - objects : 0;
  const auto most = std::min(marked, draws);
  if (shared <= least) return 0.0;
  if (shared > most) return -std::numeric_limits<double>::infinity();
  const auto n = static_cast<double>(objects);
  const auto m = static_cast<double>(marked);
  const auto d = static_cast<double>(draws);
  const auto ratio = [&](double k) {  // P(k + 1) / P(k)
    return (m - k) * (d - k) / ((k + 1.0) * (n - m - d + k + 1.0));
  };
  const auto log_chance = [&](double k) {
    return log_choose(m, k) + log_choose(n - m, d - k) - log_choose(n, d);
  };
  const auto s = static_cast<double>(shared);
  double term = 1.0;
  double sum = 1.0;
  if (s > m * d / n) {  // terms fall from here on
    for (double k = s; k < static_cast<double>(most) && term > sum * 1e-17; k += 1.0) {
      sum += term *= ratio(k);
    }
    return std::min((log_chance(s) + std::log(sum)) / std::numbers::ln10, 0.0);
  }
  // Below the mean the lower tail is the smaller one.
  for (double k = s - 2.0; k >= static_cast<double>(least) && term > sum * 1e-17; k -= 1.0) {
    sum += term /= ratio(k);
  }
  const double lower = std::exp(log_chance(s - 1.0) + std::log(sum));
  return std::log1p(-std::min(lower, 1.0 - 1e-16)) / std::numbers::ln10;
}

BackboneResult hypergeometric_backbone(const BackboneEdges& edges, const Incidence& incidence,
                                       double fdr) {
  const auto shared = shared_objects(edges, incidence);
  std::uint64_t objects = 0;
  for (std::uint32_t object = 0; object < incidence.object_count(); ++object) {
    objects += incidence.object_degree(object) > 0 ? 1 : 0;
  }
  BackboneResult result{{shared.begin(), shared.end()}, std::vector<double>(shared.size()), {}, {}};
  parallel_for(shared.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i) {
      result.log10_p[i] = log10_hypergeometric_upper_tail(
          shared[i], objects, incidence.account_degree(edges.source[i]),
          incidence.account_degree(edges.target[i]));
    }
  });
  keep_discoveries(result, incidence, fdr);
  return result;
}

}  // namespace lockstep
