#include "lockstep/algorithms/significance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <numeric>
#include <random>

#include "lockstep/algorithms/coaction.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_log.h"

namespace lockstep {
namespace {

TEST(PoissonTail, MatchesBoostMath) {
  for (const double lambda : {1e-9, 1e-4, 0.3, 1.0, 2.5, 40.0, 700.0, 20'000.0}) {
    for (const std::uint32_t count :
         {0U, 1U, 2U, 3U, 7U, 39U, 40U, 41U, 650U, 700U, 760U, 19'999U}) {
      SCOPED_TRACE(testing::Message() << count << " of " << lambda);
      const double want = count == 0 ? 1.0 : boost::math::gamma_p(double(count), lambda);
      if (want < 1e-280) continue;
      const double got = std::pow(10.0, log10_poisson_upper_tail(count, lambda));
      EXPECT_NEAR(got, want, 1e-9 * want);
    }
  }
}

TEST(PoissonTail, StaysFiniteFarOutAndFallsWithTheCount) {
  double before = 0.0;
  for (std::uint32_t count = 1; count < 5000; count += 7) {
    const double now = log10_poisson_upper_tail(count, 1e-3);
    ASSERT_TRUE(std::isfinite(now));
    ASSERT_LT(now, before);
    before = now;
  }
  EXPECT_LT(before, -10'000.0);
  EXPECT_EQ(log10_poisson_upper_tail(1, 0.0), -std::numeric_limits<double>::infinity());
}

TEST(LayerProfile, CountsActivityAndCloseActions) {
  const auto columns = random_columns(4, 400, 30, 12, 500);
  const auto profile = layer_profile(columns.log(), 25);
  std::vector<std::uint32_t> activity(30, 0);
  std::map<ObjectId, std::uint64_t> close;
  for (std::size_t i = 0; i < 400; ++i) {
    ++activity[columns.accounts[i]];
    for (std::size_t j = i + 1; j < 400; ++j) {
      if (columns.objects[i] != columns.objects[j]) continue;
      if (std::abs(columns.times[i] - columns.times[j]) <= 25) ++close[columns.objects[i]];
    }
  }
  std::map<std::uint64_t, std::uint64_t> histogram;
  for (const auto& entry : close) ++histogram[entry.second];
  const std::vector<std::pair<std::uint64_t, std::uint64_t>> want(histogram.begin(),
                                                                  histogram.end());
  EXPECT_EQ(profile.actions, 400U);
  EXPECT_EQ(profile.activity, activity);
  EXPECT_EQ(profile.window_pairs, want);
}

TEST(LayerProfile, LeavesOutPopularObjects) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto columns = random_columns(seed, 400, 30, 12 + seed, 500);
    std::map<ObjectId, std::uint64_t> actions;
    for (const auto object : columns.objects) ++actions[object];
    Columns rest;
    rest.account_count = columns.account_count;
    for (std::size_t i = 0; i < columns.objects.size(); ++i) {
      if (actions[columns.objects[i]] > 20) continue;
      rest.add(columns.accounts[i], columns.objects[i], columns.times[i]);
    }
    const auto got = layer_profile(columns.log(), 25, 20);
    const auto want = layer_profile(rest.log(), 25);
    EXPECT_EQ(got.actions, want.actions);
    EXPECT_EQ(got.activity, want.activity);
    EXPECT_EQ(got.window_pairs, want.window_pairs);
    EXPECT_EQ(close_pairs(got), close_pairs(want));
  }
}

TEST(ExpectedObjects, TableAgreesWithTheSum) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto profile =
        layer_profile(random_columns(seed, 300 + 50 * seed, 40, 20, 4000).log(), 60);
    const ExpectedObjects expected(profile);
    const double n = static_cast<double>(profile.actions);
    for (const auto a : profile.activity) {
      for (const auto b : profile.activity) {
        if (a == 0 || b == 0) continue;
        const double want = ExpectedObjects::exact(profile, double(a) * double(b) / (n * n));
        ASSERT_NEAR(expected(a, b), want, 1e-5 * want);
      }
    }
  }
}

// The formula against what it stands for: shared objects of two accounts over shuffled labels.
TEST(ExpectedObjects, IsTheMeanOverShuffledAccounts) {
  auto columns = random_columns(11, 3000, 60, 80, 40'000);
  const auto profile = layer_profile(columns.log(), 120);
  const ExpectedObjects expected(profile);
  std::mt19937 random(7);
  constexpr int kRounds = 300;
  double sum = 0.0;
  for (int round = 0; round < kRounds; ++round) {
    std::shuffle(columns.accounts.begin(), columns.accounts.end(), random);
    const auto result = coaction(columns.log(), {.window_s = 120, .min_objects = 1});
    for (std::size_t i = 0; i < result.source.size(); ++i) {
      if (result.source[i] == 0 && result.target[i] == 1) sum += result.objects[i];
    }
  }
  const double want = expected(profile.activity[0], profile.activity[1]);
  ASSERT_GT(want, 1.0);
  EXPECT_NEAR(sum / kRounds, want, 5.0 * std::sqrt(want / kRounds));
}

TEST(BenjaminiHochberg, MatchesTheStepUpRule) {
  std::mt19937 random(3);
  for (unsigned seed = 0; seed < 50; ++seed) {
    std::vector<double> log10_p;
    for (unsigned i = 0; i < 5 + seed; ++i) {
      log10_p.push_back(std::log10((static_cast<double>(random() % 50) + 1.0) / 5000.0));
    }
    const std::uint64_t tests = log10_p.size() + seed * 3;
    const auto q = benjamini_hochberg(log10_p, tests);
    for (const double level : {0.01, 0.05, 0.2}) {
      auto sorted = log10_p;
      std::sort(sorted.begin(), sorted.end());
      double cut = -std::numeric_limits<double>::infinity();
      for (std::size_t i = 0; i < sorted.size(); ++i) {
        const double line = level * static_cast<double>(i + 1) / static_cast<double>(tests);
        if (sorted[i] <= std::log10(line)) cut = sorted[i];
      }
      for (std::size_t i = 0; i < q.size(); ++i) {
        if (std::abs(q[i] - level) > 1e-12) {
          EXPECT_EQ(q[i] < level, log10_p[i] <= cut);
        }
      }
    }
  }
  EXPECT_THROW((void)benjamini_hochberg(std::vector<double>{-1.0, -2.0}, 1), InvalidArgument);
  EXPECT_TRUE(benjamini_hochberg({}, 10).empty());
}

std::size_t discoveries(const Columns& columns) {
  const auto log = columns.log();
  const auto pairs = coaction(log, {.window_s = 60, .min_objects = 2});
  const auto tested = significance(pairs.source.view(), pairs.target.view(), pairs.objects.view(),
                                   layer_profile(log, 60), 2);
  const auto q = benjamini_hochberg(tested.log10_p, tested.testable);
  return static_cast<std::size_t>(
      std::count_if(q.begin(), q.end(), [](double x) { return x <= 0.05; }));
}

TEST(Significance, FindsAPlantedGroupAndNothingOnceAccountsAreShuffled) {
  auto columns = random_columns(21, 20'000, 800, 2000, 7 * 86'400);
  std::mt19937 random(1);
  for (ObjectId object = 5000; object < 5012; ++object) {
    const auto moment = static_cast<TimeS>(random() % (7 * 86'400));
    for (AccountId member = 800; member < 806; ++member) {
      columns.add(member, object, moment + static_cast<TimeS>(random() % 30));
    }
  }
  EXPECT_GE(discoveries(columns), 15U);  // all pairs of the six
  int runs_with_any = 0;
  for (int round = 0; round < 100; ++round) {
    std::shuffle(columns.accounts.begin(), columns.accounts.end(), random);
    runs_with_any += discoveries(columns) != 0 ? 1 : 0;
  }
  EXPECT_LE(runs_with_any, 5);
}

TEST(Significance, ThreadsDoNotChangeItAndBadInputIsRefused) {
  const auto log = random_columns(2, 50'000, 500, 400, 50'000).log();
  const auto pairs = coaction(log);
  const auto profile = layer_profile(log, 60);
  const auto run = [&] {
    return significance(pairs.source.view(), pairs.target.view(), pairs.objects.view(), profile, 2);
  };
  const auto many = run();
  const ThreadLimit one(1);
  ASSERT_GT(many.log10_p.size(), 1000U);
  EXPECT_EQ(many.log10_p, run().log10_p);
  const std::vector<AccountId> past{500};
  const std::vector<AccountId> known{1};
  const std::vector<std::uint32_t> objects{2};
  EXPECT_THROW((void)significance(known, past, objects, profile, 2), InvalidArgument);
  EXPECT_THROW((void)significance(known, past, {}, profile, 2), InvalidArgument);
  EXPECT_THROW((void)layer_profile(log, -1), InvalidArgument);
}

TEST(Significance, NothingComesOfNothing) {
  const auto profile = layer_profile(ActionLog(), 60);
  EXPECT_EQ(significance({}, {}, {}, profile, 2).testable, 0U);
  EXPECT_EQ(ExpectedObjects(profile)(1, 1), 0.0);
}

}  // namespace
}  // namespace lockstep
