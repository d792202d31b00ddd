#include "lockstep/algorithms/significant_coaction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <random>
#include <tuple>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_log.h"

namespace lockstep {
namespace {

using Row = std::tuple<AccountId, AccountId, std::uint32_t, std::uint64_t, double, double, double>;

std::vector<Row> rows_of(const CoactionResult& pairs, const SignificanceResult& tests,
                         double log10_level) {
  std::vector<Row> rows;
  for (std::size_t i = 0; i < pairs.source.size(); ++i) {
    if (tests.log10_p[i] > log10_level) continue;
    rows.emplace_back(pairs.source[i], pairs.target[i], pairs.objects[i], pairs.pairs[i],
                      tests.expected[i], tests.p_value[i], tests.log10_p[i]);
  }
  return rows;
}

struct TwoSteps {
  CoactionResult pairs;
  SignificanceResult tests;
};

TwoSteps two_steps(const ActionLog& log, const LayerProfile& profile,
                   const CoactionOptions& options) {
  TwoSteps result{coaction(log, options), {}};
  result.tests = significance(result.pairs.source.view(), result.pairs.target.view(),
                              result.pairs.objects.view(), profile, options.min_objects);
  return result;
}

void expect_equal(const ActionLog& log, const LayerProfile& profile, const TwoSteps& want,
                  double level, const CoactionOptions& options) {
  const auto got = significant_coaction(log, profile, level, options);
  EXPECT_EQ(rows_of(got.kept, got.tests, 0.0), rows_of(want.pairs, want.tests, std::log10(level)));
  EXPECT_EQ(got.pairs, want.pairs.source.size());
  EXPECT_EQ(got.kept.pair_instances, want.pairs.pair_instances);
  EXPECT_EQ(got.tests.testable, want.tests.testable);
  EXPECT_EQ(got.kept.left_out.size(), want.pairs.left_out.size());
}

void expect_equal(const ActionLog& log, const CoactionOptions& options,
                  std::initializer_list<double> levels) {
  const auto profile = layer_profile(log, options.window_s, options.max_object_actions);
  const auto want = two_steps(log, profile, options);
  for (const double level : levels) expect_equal(log, profile, want, level, options);
}

//  accounts 0, 1: five objects each, all together      expected .5 or so: five is rare
//  accounts 2, 3: two objects together, among many     two are not
TEST(SignificantCoaction, KeepsThePairThatChanceDoesNotExplain) {
  Columns columns;
  for (ObjectId object = 0; object < 5; ++object) {
    columns.add(0, object, 1000 * object);
    columns.add(1, object, 1000 * object);
  }
  for (ObjectId object = 5; object < 45; ++object) {
    columns.add(2, object, 0);
    columns.add(3, object, object < 7 ? 0 : 1000);
  }
  const auto log = columns.log();
  const auto got = significant_coaction(log, layer_profile(log, 60), 0.001);
  ASSERT_EQ(got.kept.source.size(), 1U);
  EXPECT_EQ(got.kept.source[0], 0U);
  EXPECT_EQ(got.kept.target[0], 1U);
  EXPECT_EQ(got.kept.objects[0], 5U);
  EXPECT_EQ(got.pairs, 2U);
}

TEST(SignificantCoaction, EqualsTheTwoStepsOnRandomLogs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto log =
        random_columns(seed, 300 + 150 * seed, 10 + 2 * seed, 8 + 3 * seed, 2000).log();
    for (const std::uint32_t min_objects : {1U, 2U}) {
      const auto cap = std::uint64_t{seed % 3 * 20};
      expect_equal(log, {.min_objects = min_objects, .max_object_actions = cap},
                   {1.0, 0.3, 0.01, 1e-5});
    }
  }
}

// A level that is some pair's own p-value: rounding must decide as it does in two steps.
TEST(SignificantCoaction, DecidesTiesAsTheTwoStepsDo) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto log = random_columns(seed, 4000, 60 + seed, 50, 4000).log();
    const auto profile = layer_profile(log, 60);
    const auto all = two_steps(log, profile, {});
    ASSERT_GT(all.tests.p_value.size(), 1000U);
    for (std::size_t i = seed; i < all.tests.p_value.size(); i += 1201) {
      const double level = all.tests.p_value[i];
      for (const double near : {std::nextafter(level, 0.0), level, std::nextafter(level, 1.0)}) {
        if (near > 0.0 && near <= 1.0) expect_equal(log, profile, all, near, {});
      }
    }
  }
}

TEST(SignificantCoaction, ThreadsAndMemoryDoNotChangeIt) {
  const auto log = random_columns(5, 200'000, 2500, 900, 400'000).log();
  const auto profile = layer_profile(log, 60);
  const auto run = [&](std::uint64_t memory_bytes) {
    const auto found = significant_coaction(log, profile, 0.01, {.memory_bytes = memory_bytes});
    return std::pair(rows_of(found.kept, found.tests, 0.0), found.pairs);
  };
  const auto many = run(3ULL << 30);
  EXPECT_EQ(run(0), many);
  const ThreadLimit one(1);
  ASSERT_GT(many.first.size(), 100U);
  ASSERT_LT(many.first.size(), many.second / 2);
  EXPECT_EQ(run(3ULL << 30), many);
  expect_equal(log, {}, {0.01});
}

// Objects in such number that a pair can share more of them than critical products are kept for.
TEST(SignificantCoaction, TakesCountsPastTheTable) {
  Columns columns;
  std::mt19937 random(1);
  for (ObjectId object = 0; object < 2000; ++object) {
    for (AccountId account = 0; account < 8; ++account) {
      if (random() % 10 < 4 + account / 2) columns.add(account, object, 0);
    }
  }
  const auto log = columns.log();
  expect_equal(log, {}, {0.9, 0.5, 0.1, 1e-3});
}

TEST(SignificantCoaction, HopefulLevelLosesNoDiscovery) {
  std::size_t kept = 0;
  std::size_t met = 0;
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    auto columns = random_columns(seed, 6000, 300, 200, 100'000);
    for (ObjectId object = 1000; object < 1010; ++object) {
      for (AccountId member = 0; member < 5; ++member) columns.add(member * 7, object, object);
    }
    const auto log = columns.log();
    const auto profile = layer_profile(log, 60);
    const auto all = two_steps(log, profile, {});
    const auto tests = testable_pairs(profile, 2);
    EXPECT_EQ(tests, all.tests.testable);
    const auto level = hopeful_level(0.05, close_pairs(profile) / 2, tests);
    const auto some = significant_coaction(log, profile, level);
    const auto discoveries = [&](const CoactionResult& pairs, const std::vector<double>& log10_p) {
      const auto q = benjamini_hochberg(log10_p, tests);
      std::vector<std::tuple<AccountId, AccountId, double>> found;
      for (std::size_t i = 0; i < q.size(); ++i) {
        if (q[i] <= 0.05) found.emplace_back(pairs.source[i], pairs.target[i], q[i]);
      }
      return found;
    };
    const auto want = discoveries(all.pairs, all.tests.log10_p);
    EXPECT_GE(want.size(), 10U);
    EXPECT_EQ(discoveries(some.kept, some.tests.log10_p), want);
    kept += some.kept.source.size();
    met += all.pairs.source.size();
  }
  EXPECT_LT(kept, met);
  EXPECT_EQ(hopeful_level(0.05, 10, 0), 0.05);
  EXPECT_EQ(hopeful_level(0.05, 100, 10), 0.05);
  EXPECT_GT(hopeful_level(0.05, 0, 10), 0.0);
}

TEST(SignificantCoaction, NothingComesOfNothing) {
  const ActionLog log;
  const auto found = significant_coaction(log, layer_profile(log, 60), 0.05);
  EXPECT_EQ(found.kept.source.size(), 0U);
  EXPECT_EQ(found.pairs, 0U);
}

TEST(SignificantCoaction, RefusesBadOptionsAndStopsWhenCancelled) {
  const auto log = random_columns(1, 1000, 10, 5, 100).log();
  const auto profile = layer_profile(log, 60);
  EXPECT_THROW((void)significant_coaction(log, profile, 0.0), InvalidArgument);
  EXPECT_THROW((void)significant_coaction(log, profile, 1.5), InvalidArgument);
  EXPECT_THROW((void)significant_coaction(log, profile, std::nan("")), InvalidArgument);
  EXPECT_THROW((void)significant_coaction(log, profile, 0.05, {.window_s = -1}), InvalidArgument);
  EXPECT_THROW((void)significant_coaction(log, profile, 0.05, {.max_object_actions = 9}),
               InvalidArgument);
  EXPECT_THROW((void)significant_coaction(log, {}, 0.05), InvalidArgument);
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)significant_coaction(log, profile, 0.05, {}, &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
