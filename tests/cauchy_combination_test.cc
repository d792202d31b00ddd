#include "lockstep/algorithms/cauchy_combination.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <vector>

#include "lockstep/error.h"

namespace lockstep {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double of_one(const std::vector<double>& log10_p, std::uint32_t layers) {
  const std::vector<std::uint64_t> pair(log10_p.size(), 0);
  return cauchy_combination(pair, log10_p, std::vector<std::uint32_t>{layers})[0];
}

// The formula as it is written, in long double.
double by_the_formula(const std::vector<double>& log10_p, std::uint32_t layers) {
  long double sum = 0.0L;
  for (std::uint32_t i = 0; i < layers; ++i) {
    const long double p = i < log10_p.size() ? std::min(std::pow(10.0L, log10_p[i]), 0.99L) : 0.99L;
    sum += std::tan((0.5L - p) * std::numbers::pi_v<long double>);
  }
  return static_cast<double>(std::log10(0.5L - std::atan(sum / static_cast<long double>(layers)) /
                                                   std::numbers::pi_v<long double>));
}

TEST(CauchyCombination, OfOneLayerIsItsOwnP) {
  for (const double log10_p : {-0.5, -3.0, -8.99, -9.01, -40.0, -4000.0}) {
    EXPECT_NEAR(of_one({log10_p}, 1), log10_p, 1e-12 * std::abs(log10_p));
  }
  EXPECT_EQ(of_one({-kInfinity}, 1), -kInfinity);
  EXPECT_EQ(of_one({}, 0), 0.0);
}

TEST(CauchyCombination, IsTheFormula) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::vector<double> log10_p(1 + random() % 5);
    for (auto& p : log10_p) p = -static_cast<double>(random() % 10'000) / 1000.0;  // to -10
    const auto layers = static_cast<std::uint32_t>(log10_p.size() + random() % 4);
    EXPECT_NEAR(of_one(log10_p, layers), by_the_formula(log10_p, layers), 1e-7);
  }
}

TEST(CauchyCombination, AloneIsWeakenedByTheNumberOfLayersAndEqualsAreNot) {
  EXPECT_NEAR(of_one({-100.0}, 8), -100.0 + std::log10(8.0), 1e-12);
  EXPECT_NEAR(of_one({-100.0, -100.0}, 2), -100.0, 1e-12);
  EXPECT_NEAR(of_one({-400.0, -400.0, -400.0, -300.0}, 4), -400.0 + std::log10(4.0 / 3.0), 1e-12);
  EXPECT_EQ(of_one({-kInfinity, -5.0, -kInfinity}, 3), -kInfinity);
}

TEST(CauchyCombination, NeverBelowTheSmallestNorAboveOne) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::vector<double> log10_p(1 + random() % 6);
    double smallest = 0.0;
    for (auto& p : log10_p) {
      p = -std::pow(10.0, static_cast<double>(random() % 400) / 100.0 - 1.0);
      smallest = std::min(smallest, p);
    }
    const auto layers = static_cast<std::uint32_t>(log10_p.size() + random() % 3);
    const double found = of_one(log10_p, layers);
    EXPECT_GE(found, smallest - 1e-9 * std::abs(smallest));
    EXPECT_LE(found, 0.0);
  }
}

// Of uniform p-values the combined one is uniform in its tail, independent or all the same.
TEST(CauchyCombination, HoldsItsLevelUnderTheNull) {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> uniform(1e-12, 1.0);
  constexpr int kRounds = 200'000;
  for (const bool same : {false, true}) {
    int below = 0;
    for (int round = 0; round < kRounds; ++round) {
      std::vector<double> log10_p(4, std::log10(uniform(random)));
      if (!same) {
        for (auto& p : log10_p) p = std::log10(uniform(random));
      }
      if (of_one(log10_p, 4) <= -2.0) ++below;
    }
    EXPECT_NEAR(static_cast<double>(below) / kRounds, 0.01, 0.0015) << same;
  }
}

TEST(CauchyCombination, EveryPairGetsItsOwn) {
  const std::vector<std::uint64_t> pair{2, 0, 2};
  const std::vector<double> log10_p{-3.0, -20.0, -30.0};
  const auto found = cauchy_combination(pair, log10_p, std::vector<std::uint32_t>{2, 3, 2});
  EXPECT_EQ(found[0], of_one({-20.0}, 2));
  EXPECT_EQ(found[1], of_one({}, 3));
  EXPECT_EQ(found[2], of_one({-3.0, -30.0}, 2));
}

TEST(CauchyCombination, BadInputIsRefused) {
  const std::vector<std::uint32_t> layers{1};
  const std::vector<std::uint64_t> one{0}, two{0, 0}, past{1};
  const std::vector<double> fine{-1.0}, positive{0.1}, none{std::nan("")}, twice{-1.0, -1.0};
  EXPECT_THROW(static_cast<void>(cauchy_combination(two, fine, layers)), InvalidArgument);
  EXPECT_THROW(static_cast<void>(cauchy_combination(past, fine, layers)), InvalidArgument);
  EXPECT_THROW(static_cast<void>(cauchy_combination(one, positive, layers)), InvalidArgument);
  EXPECT_THROW(static_cast<void>(cauchy_combination(one, none, layers)), InvalidArgument);
  EXPECT_THROW(static_cast<void>(cauchy_combination(two, twice, layers)), InvalidArgument);
}

}  // namespace
}  // namespace lockstep
