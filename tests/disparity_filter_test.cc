#include "lockstep/algorithms/disparity_filter.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/backbone_input.h"

namespace lockstep {
namespace {

// The integral the closed form stands for: 1 - (k - 1) int_0^share (1 - x)^(k - 2) dx, by
// Simpson's rule.
double by_integral(double share, int degree) {
  if (degree < 2) return 1.0;
  constexpr int kSteps = 4000;
  const auto f = [&](double x) { return std::pow(1.0 - x, degree - 2); };
  double sum = f(0.0) + f(share);
  for (int i = 1; i < kSteps; ++i) sum += (i % 2 == 0 ? 2.0 : 4.0) * f(share * i / kSteps);
  return 1.0 - (degree - 1) * sum * share / kSteps / 3.0;
}

//    1       a star of four: 0 has strength 10 and degree 3, and 0 - 3 carries 8 of it
//    |
//    0 - 2
//     \ 3
TEST(DisparityFilter, AStarByHand) {
  OwnedEdges star;
  star.add(0, 1, 1.0);
  star.add(0, 2, 1.0);
  star.add(0, 3, 8.0);
  const auto got = disparity_filter(star.view(), 0.05);
  EXPECT_NEAR(std::pow(10.0, got.log10_p[2]), 0.04, 1e-12);
  EXPECT_NEAR(std::pow(10.0, got.log10_p[0]), 0.81, 1e-12);
  EXPECT_EQ(got.kept, (std::vector<std::uint8_t>{0, 0, 1}));
  EXPECT_NEAR(got.score[2], 1.0, 1e-12);  // all of 3's strength
}

TEST(DisparityFilter, MatchesTheIntegralAtTheBetterEnd) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto edges = random_weighted(15, 10 + seed, seed);
    std::vector<int> degree(15, 0);
    std::vector<double> strength(15, 0.0);
    for (std::size_t i = 0; i < edges.source.size(); ++i) {
      for (const auto v : {edges.source[i], edges.target[i]}) {
        ++degree[v];
        strength[v] += edges.weight[i];
      }
    }
    const auto got = disparity_filter(edges.view(), 0.2);
    for (std::size_t i = 0; i < edges.source.size(); ++i) {
      double want = 1.0;
      for (const auto v : {edges.source[i], edges.target[i]}) {
        want = std::min(want, by_integral(edges.weight[i] / strength[v], degree[v]));
      }
      EXPECT_NEAR(std::pow(10.0, got.log10_p[i]), want, 1e-9);
      EXPECT_EQ(got.kept[i] != 0, want < 0.2);
    }
  }
}

TEST(DisparityFilter, ThreadsDoNotChangeIt) {
  const auto edges = random_weighted(3000, 40'000, 1);
  const auto many = disparity_filter(edges.view(), 0.05);
  const ThreadLimit one(1);
  EXPECT_EQ(many.log10_p, disparity_filter(edges.view(), 0.05).log10_p);
}

TEST(DisparityFilter, EdgeCasesAndBadInput) {
  EXPECT_TRUE(disparity_filter({}, 0.05).kept.empty());
  OwnedEdges one;
  one.add(0, 1, 5.0);
  EXPECT_EQ(disparity_filter(one.view(), 0.05).kept[0], 0);  // both ends have but this edge
  EXPECT_THROW((void)disparity_filter(one.view(), 0.0), InvalidArgument);
  EXPECT_THROW((void)disparity_filter(one.view(), 1.1), InvalidArgument);
  EXPECT_THROW((void)disparity_filter(one.bare(), 0.5), InvalidArgument);
}

}  // namespace
}  // namespace lockstep
