#include "lockstep/algorithms/noise_corrected.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/backbone_input.h"

namespace lockstep {
namespace {

double score(double w, double a, double b, double n) {
  const double kappa = n / (a * b);
  return (kappa * w - 1.0) / (kappa * w + 1.0);
}

TEST(NoiseCorrected, ScoresAreLiftsOnAScaleFromMinusOneToOne) {
  // A square of equal edges: each end has strength 2, n is 8, expected 0.5, lift 2.
  OwnedEdges square;
  for (VertexId v = 0; v < 4; ++v)
    square.add(std::min(v, (v + 1) % 4), std::max(v, (v + 1) % 4), 1);
  for (const double got : noise_corrected(square.view(), 1.64).score) {
    EXPECT_NEAR(got, 1.0 / 3.0, 1e-12);
  }
}

// The deviation by other means: the Beta posterior from its defining moments, the slope of the
// score by finite differences, the weight being part of both strengths and, twice, of the total.
TEST(NoiseCorrected, KeepsWhatIsAboveItsOwnDoubt) {
  std::size_t kept = 0;
  std::size_t cut = 0;
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto edges = random_weighted(12, 20 + seed % 30, seed);
    std::vector<double> strength(12, 0.0);
    double n = 0.0;
    for (std::size_t i = 0; i < edges.source.size(); ++i) {
      strength[edges.source[i]] += edges.weight[i];
      strength[edges.target[i]] += edges.weight[i];
      n += 2.0 * edges.weight[i];
    }
    const double delta = 0.5 + 0.1 * (seed % 20);
    const auto got = noise_corrected(edges.view(), delta);
    for (std::size_t i = 0; i < edges.source.size(); ++i) {
      const double w = edges.weight[i];
      const double a = strength[edges.source[i]];
      const double b = strength[edges.target[i]];
      EXPECT_NEAR(got.score[i], score(w, a, b, n), 1e-12);
      const double mean = a * b / n / n;
      const double variance = mean * (n - a) * (n - b) / n / n / (n - 1.0);
      const double alpha = mean * mean / variance * (1.0 - mean) - mean;
      const double beta = alpha * (1.0 - mean) / mean;
      const double share = (alpha + w) / (alpha + beta + n);
      const double deviation = std::sqrt(n * share * (1.0 - share));
      const double h = 1e-6;
      const double slope =
          (score(w + h, a + h, b + h, n + h) - score(w - h, a - h, b - h, n - h)) / (2.0 * h);
      const double margin = score(w, a, b, n) - delta * deviation * std::abs(slope);
      if (std::abs(margin) < 1e-6) continue;
      EXPECT_EQ(got.kept[i] != 0, margin > 0.0) << "edge " << i;
      (margin > 0.0 ? kept : cut) += 1;
    }
  }
  EXPECT_GT(kept, 50U);
  EXPECT_GT(cut, 50U);
}

TEST(NoiseCorrected, AsksForMoreWithALargerDelta) {
  const auto edges = random_weighted(200, 3000, 4);
  std::size_t before = edges.source.size() + 1;
  for (const double delta : {0.0, 0.5, 1.28, 1.64, 2.32}) {
    std::size_t now = 0;
    for (const auto kept : noise_corrected(edges.view(), delta).kept) now += kept;
    EXPECT_LT(now, before);
    before = now;
  }
}

TEST(NoiseCorrected, ThreadsDoNotChangeIt) {
  const auto edges = random_weighted(3000, 40'000, 1);
  const auto many = noise_corrected(edges.view(), 1.64);
  const ThreadLimit one(1);
  EXPECT_EQ(many.score, noise_corrected(edges.view(), 1.64).score);
}

TEST(NoiseCorrected, EdgeCasesAndBadInput) {
  EXPECT_TRUE(noise_corrected({}, 1.64).kept.empty());
  OwnedEdges one;
  one.add(0, 1, 5.0);
  EXPECT_EQ(noise_corrected(one.view(), 1.64).kept.size(), 1U);
  EXPECT_THROW((void)noise_corrected(one.view(), -1.0), InvalidArgument);
  EXPECT_THROW((void)noise_corrected(one.bare(), 1.0), InvalidArgument);
}

}  // namespace
}  // namespace lockstep
