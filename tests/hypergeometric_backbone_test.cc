#include "lockstep/algorithms/hypergeometric_backbone.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "lockstep/algorithms/significance.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/backbone_input.h"

namespace lockstep {
namespace {

// Exact binomial coefficients by Pascal's triangle.
class Pascal {
 public:
  explicit Pascal(std::size_t most) : rows_(most + 1) {
    for (std::size_t n = 0; n <= most; ++n) {
      rows_[n].assign(n + 1, 1.0L);
      for (std::size_t k = 1; k < n; ++k) rows_[n][k] = rows_[n - 1][k - 1] + rows_[n - 1][k];
    }
  }
  [[nodiscard]] long double operator()(std::uint64_t n, std::uint64_t k) const {
    return k > n ? 0.0L : rows_[n][k];
  }

 private:
  std::vector<std::vector<long double>> rows_;
};

TEST(HypergeometricTail, MatchesSumsOfExactBinomials) {
  const Pascal choose(60);
  for (const std::uint64_t n : {1U, 2U, 7U, 20U, 60U}) {
    for (std::uint64_t m = 0; m <= n; m += 1 + n / 9) {
      for (std::uint64_t d = 0; d <= n; d += 1 + n / 7) {
        for (std::uint64_t s = 0; s <= n + 1; ++s) {
          long double sum = 0.0L;
          for (auto k = s; k <= std::min(m, d); ++k) sum += choose(m, k) * choose(n - m, d - k);
          const auto want = static_cast<double>(std::log10(sum / choose(n, d)));
          const double got = log10_hypergeometric_upper_tail(s, n, m, d);
          if (std::isinf(want)) {
            EXPECT_EQ(got, want);
          } else {
            EXPECT_NEAR(got, std::min(want, 0.0), 1e-9 * (1.0 + std::abs(want)));
          }
        }
      }
    }
  }
}

TEST(HypergeometricTail, StaysFiniteFarOut) {
  const double far = log10_hypergeometric_upper_tail(900, 1'000'000, 1000, 1000);
  EXPECT_TRUE(std::isfinite(far));
  EXPECT_LT(far, -1000.0);
  EXPECT_THROW((void)log10_hypergeometric_upper_tail(1, 5, 6, 2), InvalidArgument);
}

//  Accounts 0 and 1 act on the same three of 100 objects; 2 on one of them.
TEST(HypergeometricBackbone, ThreeAccountsByHand) {
  Columns columns;
  for (ObjectId object = 0; object < 3; ++object) {
    columns.add(0, object, 0);
    columns.add(1, object, 500'000);  // when plays no part
  }
  columns.add(2, 0, 0);
  for (ObjectId object = 3; object < 100; ++object) columns.add(3, object, 0);
  const Incidence incidence(columns.log());
  const auto got = hypergeometric_backbone(all_pairs(4).bare(), incidence, 0.05);
  EXPECT_EQ(got.score[0], 3.0);
  EXPECT_NEAR(std::pow(10.0, got.log10_p[0]), 1.0 / 161'700.0, 1e-12);  // 100 over 3
  EXPECT_NEAR(std::pow(10.0, got.log10_p[1]), 0.03, 1e-12);
  EXPECT_EQ(got.kept, (std::vector<std::uint8_t>{1, 0, 0, 0, 0, 0}));
}

TEST(HypergeometricBackbone, MatchesTailsAndDiscoveriesOfRandomLogs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto columns = random_columns(seed, 120, 15, 40, 1000);
    const Incidence incidence(columns.log());
    const auto edges = all_pairs(15);
    const auto got = hypergeometric_backbone(edges.bare(), incidence, 0.2);
    const auto counts = action_counts(columns);
    std::map<AccountId, std::set<ObjectId>> of;
    std::set<ObjectId> objects;
    for (const auto& [place, count] : counts) {
      of[place.first].insert(place.second);
      objects.insert(place.second);
    }
    for (std::size_t i = 0; i < edges.source.size(); ++i) {
      const auto& a = of[edges.source[i]];
      const auto& b = of[edges.target[i]];
      std::uint64_t shared = 0;
      for (const auto object : a) shared += b.count(object);
      ASSERT_EQ(got.score[i], double(shared));
      EXPECT_EQ(got.log10_p[i],
                log10_hypergeometric_upper_tail(shared, objects.size(), a.size(), b.size()));
    }
    const auto active = of.size();
    EXPECT_EQ(got.q_value, benjamini_hochberg(
                               got.log10_p, std::max<std::size_t>(active * (active - 1) / 2, 105)));
  }
}

TEST(HypergeometricBackbone, ThreadsDoNotChangeItAndBadInputIsRefused) {
  const auto columns = random_columns(1, 20'000, 300, 500, 1000);
  const Incidence incidence(columns.log());
  const auto edges = all_pairs(300);
  const auto many = hypergeometric_backbone(edges.bare(), incidence, 0.05);
  {
    const ThreadLimit one(1);
    EXPECT_EQ(many.q_value, hypergeometric_backbone(edges.bare(), incidence, 0.05).q_value);
  }
  EXPECT_THROW((void)hypergeometric_backbone(edges.bare(), incidence, 0.0), InvalidArgument);
  EXPECT_THROW((void)hypergeometric_backbone(all_pairs(301).bare(), incidence, 0.1),
               InvalidArgument);
  EXPECT_TRUE(hypergeometric_backbone({}, incidence, 0.1).kept.empty());
}

}  // namespace
}  // namespace lockstep
