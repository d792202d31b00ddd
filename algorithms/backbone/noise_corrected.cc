#include "lockstep/algorithms/noise_corrected.h"

#include <cmath>
#include <string>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "strengths.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 14;

struct Scored {
  double score = 0.0;
  double deviation = 0.0;
};

/// Of an edge of weight w between ends of strengths a and b, n being the sum of all strengths.
Scored score_of(double w, double a, double b, double n) {
  const double kappa = n / (a * b);
  const double mean = a * b / (n * n);
  const double variance = a * b * (n - a) * (n - b) / (n * n * n * n * (n - 1.0));
  // The Beta distribution of that mean and variance, then with w of n draws seen.
  const double prior = mean * (1.0 - mean) / variance - 1.0;
  const double share = (mean * prior + w) / (prior + n);
  const double weight_variance = share * (1.0 - share) * n;
  // How the score moves with the weight, which is part of the strengths and of n as well.
  const double slope = 1.0 / (a * b) - n * (a + b) / (a * b * a * b);
  const double root = kappa * w + 1.0;
  const double turn = 2.0 * (kappa + w * slope) / (root * root);
  return {(kappa * w - 1.0) / root, std::sqrt(weight_variance) * std::abs(turn)};
}

}  // namespace

BackboneResult noise_corrected(const BackboneEdges& edges, double delta) {
  check_edges(edges, true);
  if (!(delta >= 0.0) || !std::isfinite(delta)) {
    throw InvalidArgument("delta is " + std::to_string(delta) + "; give 0 or more deviations");
  }
  const Strengths ends(edges);
  double total = 0.0;
  for (const double strength : ends.strength) total += strength;
  const std::size_t n = edges.source.size();
  BackboneResult result{std::vector<double>(n), {}, {}, std::vector<std::uint8_t>(n)};
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i) {
      const auto [score, deviation] = score_of(edges.weight[i], ends.strength[edges.source[i]],
                                               ends.strength[edges.target[i]], total);
      result.score[i] = score;
      result.kept[i] = static_cast<std::uint8_t>(score > delta * deviation);
    }
  });
  return result;
}

}  // namespace lockstep
