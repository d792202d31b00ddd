#include "lockstep/algorithms/stratified_significance.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <set>
#include <utility>

#include "lockstep/algorithms/coaction.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_log.h"

namespace lockstep {
namespace {

constexpr TimeS kAcross = -1'000'000;

TimeS stretch_of(TimeS time, Strata strata) {
  return static_cast<TimeS>(std::floor(double(time) / (strata == Strata::kDay ? 86'400. : 3600.)));
}

TimeS stratum_of(TimeS time, Strata strata) {
  const auto stretch = stretch_of(time, strata);
  return strata == Strata::kDay ? stretch : ((stretch % 168) + 168) % 168;
}

// Slow and obvious: the double sum over strata and objects, from the loose rows.
double oracle(const Columns& columns, AccountId a, AccountId b, const StratifiedOptions& options) {
  std::map<ObjectId, std::uint64_t> popularity;
  for (const auto object : columns.objects) ++popularity[object];
  std::map<TimeS, double> n;
  std::map<TimeS, double> of_a;
  std::map<TimeS, double> of_b;
  std::map<std::pair<TimeS, ObjectId>, double> w;
  for (std::size_t i = 0; i < columns.times.size(); ++i) {
    const auto object = columns.objects[i];
    if (options.max_object_actions != 0 && popularity[object] > options.max_object_actions) {
      continue;
    }
    for (const auto s : {stratum_of(columns.times[i], options.strata), kAcross}) {
      n[s] += 1.0;
      of_a[s] += columns.accounts[i] == a ? 1.0 : 0.0;
      of_b[s] += columns.accounts[i] == b ? 1.0 : 0.0;
    }
    for (std::size_t j = 0; j < i; ++j) {
      const auto lag = std::abs(columns.times[i] - columns.times[j]);
      if (columns.objects[j] != object || lag > options.window_s) continue;
      const bool within = stretch_of(columns.times[i], options.strata) ==
                          stretch_of(columns.times[j], options.strata);
      w[{within ? stratum_of(columns.times[i], options.strata) : kAcross, object}] += 1.0;
    }
  }
  double sum = 0.0;
  for (const auto& [place, pairs] : w) {
    const auto s = place.first;
    sum += 1.0 - std::exp(-2.0 * pairs * of_a[s] * of_b[s] / (n[s] * n[s]));
  }
  return sum;
}

/// Rows over some days before and after 1970.
Columns days_of_rows(unsigned seed, std::size_t rows) {
  auto columns = random_columns(seed, rows, 20, 12, 4 * 86'400);
  for (auto& time : columns.times) time -= 2 * 86'400 + 5000;
  return columns;
}

TEST(StratifiedSignificance, MatchesTheSumOverStrataAndObjects) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto columns = days_of_rows(seed, 250);
    StratifiedOptions options{.window_s = 2000};
    options.strata = seed % 2 == 0 ? Strata::kDay : Strata::kHourOfWeek;
    if (seed % 3 == 0) options.max_object_actions = 40;
    const std::vector<AccountId> source{0, 1, 2, 5};
    const std::vector<AccountId> target{1, 3, 19, 6};
    const std::vector<std::uint32_t> objects{2, 3, 2, 4};
    const auto got = stratified_significance(columns.log(), source, target, objects, options);
    for (std::size_t i = 0; i < source.size(); ++i) {
      const double want = oracle(columns, source[i], target[i], options);
      EXPECT_NEAR(got.expected[i], want, 1e-3 * want + 1e-12);
      EXPECT_EQ(got.log10_p[i], log10_poisson_upper_tail(objects[i], got.expected[i]));
    }
  }
}

//  0 and 1 act once each, on the same object, on both sides of midnight.
TEST(StratifiedSignificance, AMeetingAcrossMidnightCanBeChance) {
  auto columns = random_columns(7, 500, 40, 300, 86'400);
  columns.add(40, 400, 86'395);
  columns.add(41, 400, 86'405);
  const std::vector<AccountId> source{40};
  const std::vector<AccountId> target{41};
  const std::vector<std::uint32_t> once{1};
  const auto got = stratified_significance(columns.log(), source, target, once);
  EXPECT_GT(got.expected[0], 0.0);
  EXPECT_GT(got.p_value[0], 1e-9);
}

TEST(StratifiedSignificance, InOneStratumItIsThePlainTest) {
  const auto columns = random_columns(2, 3000, 60, 80, 3600);
  const auto log = columns.log();
  const auto pairs = coaction(log, {.window_s = 20});
  const auto plain = significance(pairs.source.view(), pairs.target.view(), pairs.objects.view(),
                                  layer_profile(log, 20), 2);
  for (const auto strata : {Strata::kDay, Strata::kHourOfWeek}) {
    const auto got =
        stratified_significance(log, pairs.source.view(), pairs.target.view(), pairs.objects.view(),
                                {.strata = strata, .window_s = 20});
    ASSERT_GT(got.expected.size(), 100U);
    EXPECT_EQ(got.testable, plain.testable);
    for (std::size_t i = 0; i < got.expected.size(); ++i) {
      EXPECT_NEAR(got.expected[i], plain.expected[i], 1e-3 * plain.expected[i]);
    }
  }
}

// Half of the accounts act by day, half by night; within a half, meetings are chance.
TEST(StratifiedSignificance, AccountsThatKeepTheSameHoursAreExpectedToMeet) {
  Columns columns;
  std::mt19937 random(4);
  for (int row = 0; row < 40'000; ++row) {
    const auto account = static_cast<AccountId>(random() % 200);
    const auto hour = account % 2 == 0 ? random() % 2 : 12 + random() % 2;
    columns.add(account, static_cast<ObjectId>(random() % 300),
                static_cast<TimeS>((random() % 7 * 24 + hour) * 3600 + random() % 3600));
  }
  const auto log = columns.log();
  const auto pairs = coaction(log, {.window_s = 60});
  const auto profile = layer_profile(log, 60);
  const auto plain =
      significance(pairs.source.view(), pairs.target.view(), pairs.objects.view(), profile, 2);
  const auto got =
      stratified_significance(log, pairs.source.view(), pairs.target.view(), pairs.objects.view(),
                              {.strata = Strata::kHourOfWeek, .window_s = 60});
  double met = 0.0;
  double by_plain = 0.0;
  double by_strata = 0.0;
  std::vector<AccountId> source;
  std::vector<AccountId> target;
  for (AccountId a = 0; a < 200; a += 2) {
    for (AccountId b = a + 2; b < 200; b += 2) {
      source.push_back(a);
      target.push_back(b);
    }
  }
  const std::vector<std::uint32_t> none(source.size(), 0);
  const auto all = stratified_significance(log, source, target, none,
                                           {.strata = Strata::kHourOfWeek, .window_s = 60});
  const auto all_plain = significance(source, target, none, profile, 2);
  for (const double lambda : all.expected) by_strata += lambda;
  for (const double lambda : all_plain.expected) by_plain += lambda;
  const auto every = coaction(log, {.window_s = 60, .min_objects = 1});
  for (std::size_t i = 0; i < every.source.size(); ++i) {
    const bool same_half = every.source[i] % 2 == 0 && every.target[i] % 2 == 0;
    met += same_half ? double(every.objects[i]) : 0.0;
  }
  EXPECT_NEAR(by_strata, met, 0.05 * met);
  EXPECT_LT(by_plain, 0.6 * met);
  ASSERT_EQ(plain.expected.size(), got.expected.size());
}

TEST(StratifiedSignificance, ThreadsDoNotChangeIt) {
  const auto columns = days_of_rows(1, 20'000);
  const auto log = columns.log();
  const auto pairs = coaction(log, {.window_s = 30});
  const auto run = [&] {
    return stratified_significance(log, pairs.source.view(), pairs.target.view(),
                                   pairs.objects.view(), {.window_s = 30})
        .log10_p;
  };
  const auto many = run();
  const ThreadLimit one(1);
  EXPECT_EQ(many, run());
}

TEST(StratifiedSignificance, EdgeCasesAndBadInput) {
  EXPECT_TRUE(stratified_significance({}, {}, {}, {}).expected.empty());
  const auto log = random_columns(1, 50, 5, 5, 100).log();
  const std::vector<AccountId> a{0};
  const std::vector<AccountId> past{5};
  const std::vector<std::uint32_t> two{2};
  EXPECT_THROW((void)stratified_significance(log, a, past, two), InvalidArgument);
  EXPECT_THROW((void)stratified_significance(log, a, {}, two), InvalidArgument);
  EXPECT_THROW((void)stratified_significance(log, a, a, two, {.window_s = -1}), InvalidArgument);
}

}  // namespace
}  // namespace lockstep
