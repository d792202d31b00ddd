#include "lockstep/algorithms/timing_test.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <utility>

#include "lockstep/algorithms/coaction.h"
#include "lockstep/algorithms/poisson_binomial.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_log.h"

namespace lockstep {
namespace {

using Pairs = std::vector<std::pair<AccountId, AccountId>>;

TimingResult test_pairs(std::span<const ActionLog* const> layers, const Pairs& pairs,
                        const TimingOptions& options) {
  std::vector<AccountId> source;
  std::vector<AccountId> target;
  for (const auto& [a, b] : pairs) {
    source.push_back(a);
    target.push_back(b);
  }
  return timing_test(layers, source, target, options);
}

TimingResult test_pairs(const ActionLog& log, const Pairs& pairs, const TimingOptions& options) {
  return test_pairs(std::vector{&log}, pairs, options);
}

// Slow and obvious: the formula over the loose columns, row by row.
class Oracle {
 public:
  Oracle(const Columns& columns, const Pairs& pairs, const TimingOptions& options)
      : columns_(columns), options_(options) {
    for (const auto& [a, b] : pairs) {
      partners_[a].insert({a, b});
      partners_[b].insert({a, b});
    }
    for (const auto object : columns.objects) ++actions_[object];
  }

  [[nodiscard]] std::vector<double> chances(AccountId a, AccountId b) const {
    std::vector<double> found;
    for (const auto& [object, actions] : actions_) {
      if (options_.max_object_actions != 0 && actions > options_.max_object_actions) continue;
      const auto of_a = times_of(a, object);
      const auto of_b = times_of(b, object);
      const auto b_near = near(of_b, of_a, options_.horizon_s);
      if (b_near == 0) continue;
      const auto a_near = near(of_a, of_b, options_.horizon_s);
      found.push_back((chance(a, b, object, of_a, b_near) + chance(a, b, object, of_b, a_near)) /
                      2.0);
    }
    return found;
  }
  [[nodiscard]] std::uint32_t met(AccountId a, AccountId b) const {
    std::uint32_t count = 0;
    for (const auto& [object, actions] : actions_) {
      if (options_.max_object_actions != 0 && actions > options_.max_object_actions) continue;
      count += near(times_of(a, object), times_of(b, object), options_.window_s) != 0 ? 1 : 0;
    }
    return count;
  }

 private:
  using Times = std::vector<TimeS>;

  [[nodiscard]] Times times_of(AccountId account, ObjectId object) const {
    Times times;
    for (std::size_t i = 0; i < columns_.times.size(); ++i) {
      if (columns_.accounts[i] == account && columns_.objects[i] == object) {
        times.push_back(columns_.times[i]);
      }
    }
    return times;
  }
  static std::size_t near(const Times& some, const Times& others, TimeS limit) {
    return static_cast<std::size_t>(std::count_if(some.begin(), some.end(), [&](TimeS t) {
      return std::any_of(others.begin(), others.end(),
                         [&](TimeS other) { return std::abs(t - other) <= limit; });
    }));
  }
  [[nodiscard]] double base(ObjectId like) const {
    double close = 0.0;
    double wide = 0.0;
    double all_close = 0.0;
    double all_wide = 0.0;
    for (std::size_t i = 0; i < columns_.times.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const auto object = columns_.objects[i];
        const auto actions = actions_.at(object);
        if (object != columns_.objects[j] || partners_.contains(columns_.accounts[i]) ||
            partners_.contains(columns_.accounts[j]) ||
            (options_.max_object_actions != 0 && actions > options_.max_object_actions)) {
          continue;
        }
        const auto lag = std::abs(columns_.times[i] - columns_.times[j]);
        const bool same_class = std::bit_width(actions) == std::bit_width(actions_.at(like));
        all_close += lag <= options_.window_s ? 1.0 : 0.0;
        all_wide += lag <= options_.horizon_s ? 1.0 : 0.0;
        close += same_class && lag <= options_.window_s ? 1.0 : 0.0;
        wide += same_class && lag <= options_.horizon_s ? 1.0 : 0.0;
      }
    }
    const double whole = all_wide == 0.0 ? (2.0 * double(options_.window_s) + 1.0) /
                                               (2.0 * double(options_.horizon_s) + 1.0)
                                         : all_close / all_wide;
    return (close + 50.0 * whole) / (wide + 50.0);
  }
  [[nodiscard]] bool in_lockstep(ObjectId object) const {
    double close = 0.0;
    double wide = 0.0;
    double listed = 0.0;
    for (std::size_t i = 0; i < columns_.times.size(); ++i) {
      listed += columns_.objects[i] == object && partners_.contains(columns_.accounts[i]) ? 1 : 0;
      for (std::size_t j = 0; j < i; ++j) {
        if (columns_.objects[i] != object || columns_.objects[j] != object ||
            !partners_.contains(columns_.accounts[i]) ||
            !partners_.contains(columns_.accounts[j])) {
          continue;
        }
        const auto lag = std::abs(columns_.times[i] - columns_.times[j]);
        close += lag <= options_.window_s ? 1.0 : 0.0;
        wide += lag <= options_.horizon_s ? 1.0 : 0.0;
      }
    }
    return listed <= options_.shrinkage || close >= options_.lockstep_share * wide;
  }
  [[nodiscard]] bool is_suspect(AccountId a, AccountId b, AccountId account) const {
    return partners_.at(a).contains(account) || partners_.at(b).contains(account);
  }
  [[nodiscard]] double chance(AccountId a, AccountId b, ObjectId object, const Times& times,
                              std::size_t tries) const {
    double close = 0.0;
    double wide = 0.0;
    const bool suspects_count_not = in_lockstep(object);
    for (std::size_t i = 0; i < columns_.times.size(); ++i) {
      const auto account = columns_.accounts[i];
      if (columns_.objects[i] != object || account == a || account == b ||
          (suspects_count_not && is_suspect(a, b, account))) {
        continue;
      }
      close += double(near({columns_.times[i]}, times, options_.window_s));
      wide += double(near({columns_.times[i]}, times, options_.horizon_s));
    }
    const double once = (close + options_.shrinkage * base(object)) / (wide + options_.shrinkage);
    return 1.0 - std::pow(1.0 - once, double(tries));
  }

  const Columns& columns_;
  const TimingOptions& options_;
  std::map<AccountId, std::set<AccountId>> partners_;
  std::map<ObjectId, std::uint64_t> actions_;
};

TEST(TimingTest, MatchesTheFormulaRowByRow) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto columns = random_columns(seed, 150, 14, 9, 3000);
    TimingOptions options{.window_s = 40, .horizon_s = 400, .shrinkage = 0.5 + seed % 7};
    if (seed % 3 == 0) options.max_object_actions = 25;
    options.lockstep_share = std::array{0.0, 0.1, 0.2, 1.0}[seed % 4];
    const Pairs pairs{{0, 1}, {0, 2}, {0, 7}, {1, 2}, {1, 5}, {3, 9}, {12, 13}};
    const auto got = test_pairs(columns.log(), pairs, options);
    const Oracle oracle(columns, pairs, options);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const auto [a, b] = pairs[i];
      const auto chances = oracle.chances(a, b);
      ASSERT_EQ(got.common[i], chances.size());
      ASSERT_EQ(got.met[i], oracle.met(a, b));
      EXPECT_NEAR(got.expected[i], std::accumulate(chances.begin(), chances.end(), 0.0), 1e-9);
      const double want = log10_poisson_binomial_upper_tail(chances, got.met[i]);
      EXPECT_TRUE(got.log10_p[i] == want || std::abs(got.log10_p[i] - want) < 1e-9) << want;
    }
  }
}

TEST(TimingTest, TestablePairsAreThoseWithObjectsInCommonWithinTheHorizon) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto columns = random_columns(seed, 300, 60, 20, 3000);
    const auto log = columns.log();
    TimingOptions options{.window_s = 10, .horizon_s = 200, .min_objects = 1 + seed % 3};
    if (seed % 2 == 0) options.max_object_actions = 30;
    const auto wide = coaction(log, {.window_s = options.horizon_s,
                                     .min_objects = options.min_objects,
                                     .max_object_actions = options.max_object_actions});
    EXPECT_EQ(test_pairs(log, {}, options).testable, wide.source.size());
  }
}

TEST(TimingTest, LayersAddTheirObjectsToOneTest) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto one = random_columns(seed, 150, 14, 9, 3000);
    const auto two = random_columns(seed + 100, 90, 14, 7, 3000);
    const TimingOptions options{.window_s = 40, .horizon_s = 400};
    const Pairs pairs{{0, 1}, {0, 2}, {3, 9}};
    const auto first = one.log();
    const auto second = two.log();
    const auto got = test_pairs(std::vector{&first, &second}, pairs, options);
    const Oracle of_one(one, pairs, options);
    const Oracle of_two(two, pairs, options);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const auto [a, b] = pairs[i];
      auto chances = of_one.chances(a, b);
      const auto more = of_two.chances(a, b);
      chances.insert(chances.end(), more.begin(), more.end());
      ASSERT_EQ(got.common[i], chances.size());
      ASSERT_EQ(got.met[i], of_one.met(a, b) + of_two.met(a, b));
      EXPECT_NEAR(std::pow(10.0, got.log10_p[i]),
                  std::pow(10.0, log10_poisson_binomial_upper_tail(chances, got.met[i])), 1e-12);
    }
    // Testable pairs are those of one log that holds both layers' objects.
    auto both = one;
    for (std::size_t i = 0; i < two.times.size(); ++i) {
      both.add(two.accounts[i], 1000 + two.objects[i], two.times[i]);
    }
    EXPECT_EQ(got.testable, test_pairs(both.log(), {}, options).testable);
  }
}

TEST(TimingTest, WhereAccountsAreManyTheirPairsAreEstimatedClosely) {
  const auto columns = random_columns(5, 40'000, 4000, 3000, 100'000);
  const auto log = columns.log();
  const TimingOptions options{.window_s = 10, .horizon_s = 4000};
  const auto wide = coaction(log, {.window_s = options.horizon_s, .min_objects = 2});
  const auto want = static_cast<double>(wide.source.size());
  EXPECT_NEAR(static_cast<double>(test_pairs(log, {}, options).testable), want, 0.15 * want);
}

// Two fans in a crowd that acts within minutes, and two who act to the second on quiet objects.
TEST(TimingTest, TellsACrowdFromASchedule) {
  Columns columns;
  std::mt19937 random(1);
  for (ObjectId news = 0; news < 8; ++news) {
    for (AccountId fan = 0; fan < 60; ++fan) {
      columns.add(fan, news, news * 100'000 + static_cast<TimeS>(random() % 240));
    }
  }
  for (ObjectId quiet = 8; quiet < 16; ++quiet) {
    for (AccountId reader = 60; reader < 80; ++reader) {
      columns.add(reader, quiet, quiet * 100'000 + static_cast<TimeS>(random() % 20'000));
    }
    columns.add(80, quiet, quiet * 100'000 + 5000);
    columns.add(81, quiet, quiet * 100'000 + 5003);
  }
  const auto got = test_pairs(columns.log(), {{0, 1}, {80, 81}}, {});
  EXPECT_EQ(got.common[0], 8U);
  EXPECT_GT(got.p_value[0], 0.01);
  EXPECT_EQ(got.met[1], 8U);
  EXPECT_LT(got.p_value[1], 1e-8);
}

// Fans of whom all pairs were listed: nobody but suspects is left on their objects.
TEST(TimingTest, TellsACrowdOfSuspectsFromAGroup) {
  auto columns = random_columns(3, 3000, 400, 300, 600'000);
  std::mt19937 random(2);
  Pairs fans;
  for (AccountId a = 0; a < 150; ++a) {
    for (ObjectId news = 1000; news < 1008; ++news) {
      columns.add(a, news, news * 100'000 + static_cast<TimeS>(random() % 300));
    }
    for (AccountId b = 0; b < a; ++b) fans.emplace_back(b, a);
  }
  const auto got = test_pairs(columns.log(), fans, {});
  const auto small = std::count_if(got.log10_p.begin(), got.log10_p.end(),
                                   [](double log10_p) { return log10_p < -4.0; });
  EXPECT_LT(small, 12);  // of 11,175
  const auto alone = test_pairs(columns.log(), fans, {.lockstep_share = 0.0});
  EXPECT_GT(std::count_if(alone.log10_p.begin(), alone.log10_p.end(),
                          [](double log10_p) { return log10_p < -4.0; }),
            100);
}

TEST(TimingTest, AGroupThatOwnsItsObjectsDoesNotVouchForItself) {
  auto columns = random_columns(3, 3000, 200, 300, 600'000);
  Pairs pairs;
  for (ObjectId own = 1000; own < 1006; ++own) {
    for (AccountId member = 200; member < 206; ++member) {
      columns.add(member, own, static_cast<TimeS>(own) * 500 + member % 7);
    }
  }
  for (AccountId a = 200; a < 206; ++a) {
    for (AccountId b = a + 1; b < 206; ++b) pairs.emplace_back(a, b);
  }
  const auto got = test_pairs(columns.log(), pairs, {});
  for (const double p : got.log10_p) EXPECT_LT(p, -6.0);
}

TEST(TimingTest, ThreadsDoNotChangeIt) {
  const auto columns = random_columns(8, 20'000, 900, 700, 200'000);
  const auto log = columns.log();
  Pairs pairs;
  for (AccountId a = 0; a < 400; ++a) pairs.emplace_back(a, a + 1 + a % 13);
  const auto many = test_pairs(log, pairs, {.horizon_s = 5000});
  const ThreadLimit one(1);
  const auto single = test_pairs(log, pairs, {.horizon_s = 5000});
  EXPECT_EQ(many.log10_p, single.log10_p);
  EXPECT_EQ(many.expected, single.expected);
  EXPECT_EQ(many.testable, single.testable);
}

TEST(TimingTest, EdgeCases) {
  EXPECT_EQ(timing_test({}, {}, {}).testable, 0U);
  EXPECT_EQ(test_pairs(ActionLog(), {}, {}).testable, 0U);
  Columns columns;
  columns.add(0, 0, 0);
  columns.add(1, 0, 100'000);
  columns.add(2, 1, 0);
  const auto got = test_pairs(columns.log(), {{0, 1}, {0, 2}}, {.shrinkage = 0.0});
  EXPECT_EQ(got.common, (std::vector<std::uint32_t>{0, 0}));
  EXPECT_EQ(got.p_value, (std::vector<double>{1.0, 1.0}));
  columns.add(1, 0, 30);
  const auto met = test_pairs(columns.log(), {{0, 1}}, {.shrinkage = 0.0});
  EXPECT_EQ(met.met[0], 1U);
  EXPECT_GT(met.p_value[0], 0.0);
  EXPECT_LT(met.p_value[0], 1.0);
}

TEST(TimingTest, EachLayerMayHaveAWindowOfItsOwn) {
  const auto narrow = random_columns(3, 4000, 40, 60, 40'000).log();
  const auto wide = random_columns(4, 4000, 40, 60, 40'000).log();
  const Pairs pairs{{0, 1}, {2, 3}, {4, 9}};
  const std::vector<const ActionLog*> both{&narrow, &wide};
  const auto together = test_pairs(both, pairs, {.horizon_s = 9000, .layer_windows_s = {60, 900}});
  const auto first = test_pairs(narrow, pairs, {.window_s = 60, .horizon_s = 9000});
  const auto second = test_pairs(wide, pairs, {.window_s = 900, .horizon_s = 9000});
  std::uint32_t met = 0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    EXPECT_EQ(together.met[i], first.met[i] + second.met[i]);
    EXPECT_EQ(together.common[i], first.common[i] + second.common[i]);
    EXPECT_NEAR(together.expected[i], first.expected[i] + second.expected[i], 1e-12);
    met += second.met[i];
  }
  EXPECT_GT(met, 0U);
  EXPECT_THROW(test_pairs(both, pairs, {.layer_windows_s = {60}}), InvalidArgument);
  EXPECT_THROW(test_pairs(both, pairs, {.horizon_s = 900, .layer_windows_s = {60, 900}}),
               InvalidArgument);
}

TEST(TimingTest, RefusesBadInput) {
  const auto log = random_columns(1, 50, 5, 5, 100).log();
  const auto refused = [&](AccountId b, const TimingOptions& options) {
    EXPECT_THROW((void)test_pairs(log, {{0, b}}, options), InvalidArgument);
  };
  refused(5, {});
  refused(1, {.window_s = -1});
  refused(1, {.window_s = 60, .horizon_s = 60});
  refused(1, {.min_objects = 0});
  refused(1, {.shrinkage = -1.0});
  refused(1, {.lockstep_share = -0.1});
  refused(1, {.lockstep_share = 1.1});
  const auto fewer = random_columns(1, 50, 4, 5, 100).log();
  EXPECT_THROW((void)test_pairs(std::vector{&log, &fewer}, {}, {}), InvalidArgument);
  EXPECT_THROW((void)timing_test(std::vector{&log}, std::vector<AccountId>{0}, {}, {}),
               InvalidArgument);
}

}  // namespace
}  // namespace lockstep
