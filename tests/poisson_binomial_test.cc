#include "lockstep/algorithms/poisson_binomial.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "lockstep/algorithms/significance.h"
#include "lockstep/error.h"

namespace lockstep {
namespace {

std::vector<double> random_chances(std::size_t n, double most, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<double> chances(n);
  for (auto& q : chances) q = most * (static_cast<double>(random() % 999) + 1.0) / 1000.0;
  return chances;
}

// Slow and obvious: every outcome of every trial.
long double by_all_outcomes(const std::vector<double>& chances, std::uint32_t count) {
  long double sum = 0.0L;
  for (unsigned outcome = 0; outcome < 1U << chances.size(); ++outcome) {
    long double product = 1.0L;
    std::uint32_t successes = 0;
    for (std::size_t i = 0; i < chances.size(); ++i) {
      const bool success = (outcome >> i & 1U) != 0;
      successes += success ? 1 : 0;
      product *= success ? chances[i] : 1.0L - chances[i];
    }
    if (successes >= count) sum += product;
  }
  return sum;
}

// The whole distribution by convolution, its upper tail summed from the small end.
long double by_convolution(const std::vector<double>& chances, std::uint32_t count) {
  std::vector<long double> at{1.0L};
  for (const double q : chances) {
    std::vector<long double> next(at.size() + 1, 0.0L);
    for (std::size_t k = 0; k < at.size(); ++k) {
      next[k] += at[k] * (1.0L - q);
      next[k + 1] += at[k] * q;
    }
    at = next;
  }
  long double sum = 0.0L;
  for (std::size_t k = at.size(); k-- > count;) sum += at[k];
  return sum;
}

TEST(PoissonBinomial, TwoCoinsByHand) {
  const std::vector<double> chances{0.5, 0.1};
  EXPECT_EQ(log10_poisson_binomial_upper_tail(chances, 0), 0.0);
  EXPECT_NEAR(std::pow(10.0, log10_poisson_binomial_upper_tail(chances, 1)), 0.55, 1e-15);
  EXPECT_NEAR(std::pow(10.0, log10_poisson_binomial_upper_tail(chances, 2)), 0.05, 1e-15);
  EXPECT_EQ(log10_poisson_binomial_upper_tail(chances, 3),
            -std::numeric_limits<double>::infinity());
}

TEST(PoissonBinomial, MatchesAllOutcomesOfFewTrials) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto chances = random_chances(1 + seed % 12, seed % 3 == 0 ? 1e-6 : 1.0, seed);
    for (std::uint32_t count = 0; count <= chances.size(); ++count) {
      const auto want = static_cast<double>(std::log10(by_all_outcomes(chances, count)));
      EXPECT_NEAR(log10_poisson_binomial_upper_tail(chances, count), want,
                  1e-11 * (1.0 + std::abs(want)));
    }
  }
}

TEST(PoissonBinomial, ManyTrialsAreCloseToTheWholeDistribution) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const std::vector<double> mosts{1.0, 0.3, 0.05};
    const auto chances = random_chances(513 + 20 * seed, mosts[seed % 3], seed);
    const auto n = static_cast<std::uint32_t>(chances.size());
    for (const std::uint32_t count : {1U, 5U, n / 40, n / 7, n / 4, n / 2, n - n / 4, n - 1, n}) {
      const auto tail = by_convolution(chances, count);
      if (tail < 1e-4000L) continue;
      const auto want = static_cast<double>(std::log10(tail));
      EXPECT_NEAR(log10_poisson_binomial_upper_tail(chances, count), want,
                  0.01 + 0.001 * std::abs(want))
          << count << " of " << n;
    }
  }
}

TEST(PoissonBinomial, ExactAndApproximateMeetWhereOneTakesOver) {
  const auto chances = random_chances(513, 0.2, 3);
  for (const std::uint32_t count : {20U, 51U, 80U, 150U, 300U}) {
    const auto exact = static_cast<double>(std::log10(by_convolution(chances, count)));
    EXPECT_NEAR(log10_poisson_binomial_upper_tail(chances, count), exact,
                0.002 * (1.0 + std::abs(exact)));
  }
}

TEST(PoissonBinomial, RareTrialsAreNearlyPoisson) {
  const std::vector<double> chances(400, 1e-4);
  for (const std::uint32_t count : {1U, 2U, 5U}) {
    EXPECT_NEAR(log10_poisson_binomial_upper_tail(chances, count),
                log10_poisson_upper_tail(count, 0.04), 0.02);
  }
}

TEST(PoissonBinomial, FallsWithTheCountAndGrowsWithAnyChance) {
  auto chances = random_chances(40, 0.5, 9);
  double before = 0.0;
  for (std::uint32_t count = 1; count <= 40; ++count) {
    const double now = log10_poisson_binomial_upper_tail(chances, count);
    EXPECT_LT(now, before);
    before = now;
  }
  const double plain = log10_poisson_binomial_upper_tail(chances, 20);
  chances[3] = 0.9;
  EXPECT_GT(log10_poisson_binomial_upper_tail(chances, 20), plain);
}

TEST(PoissonBinomial, EdgeCases) {
  EXPECT_EQ(log10_poisson_binomial_upper_tail({}, 0), 0.0);
  EXPECT_EQ(log10_poisson_binomial_upper_tail({}, 1), -std::numeric_limits<double>::infinity());
  // Trials that are sure count off the count, impossible ones are none at all.
  const std::vector<double> fixed{1.0, 0.0, 0.25, 1.0};
  EXPECT_EQ(log10_poisson_binomial_upper_tail(fixed, 2), 0.0);
  EXPECT_NEAR(log10_poisson_binomial_upper_tail(fixed, 3), std::log10(0.25), 1e-15);
  EXPECT_EQ(log10_poisson_binomial_upper_tail(fixed, 4), -std::numeric_limits<double>::infinity());
  // Past the smallest number there is.
  const std::vector<double> tiny(40, 1e-300);
  EXPECT_NEAR(log10_poisson_binomial_upper_tail(tiny, 40), -12'000.0, 1e-6);
  EXPECT_NEAR(log10_poisson_binomial_upper_tail(tiny, 39), -11'700.0 + std::log10(40.0), 1e-6);
}

TEST(PoissonBinomial, RefusesWhatIsNoChance) {
  for (const double bad : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THROW((void)log10_poisson_binomial_upper_tail(std::vector<double>{0.5, bad}, 1),
                 InvalidArgument);
  }
}

}  // namespace
}  // namespace lockstep
