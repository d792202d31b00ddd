#include "lockstep/algorithms/bicm_backbone.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lockstep/algorithms/poisson_binomial.h"
#include "lockstep/algorithms/significance.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/backbone_input.h"

namespace lockstep {
namespace {

/// A random log in which nobody acted on everything, nor anything has everybody.
Columns open_columns(unsigned seed, std::size_t rows, std::uint32_t accounts,
                     std::uint32_t objects) {
  auto columns = random_columns(seed, rows, accounts, objects, 1000);
  columns.add(accounts, objects, 0);
  columns.add(accounts + 1, objects + 1, 0);
  return columns;
}

// All unknowns, no classes: each fugacity from all others, round after round.
struct Plain {
  std::vector<double> x;
  std::vector<double> y;
};
Plain solve_plainly(const Incidence& incidence) {
  Plain model{std::vector<double>(incidence.account_count(), 0.1),
              std::vector<double>(incidence.object_count(), 0.1)};
  for (int round = 0; round < 40'000; ++round) {
    for (AccountId i = 0; i < model.x.size(); ++i) {
      double sum = 0.0;
      for (const double y : model.y) sum += y / (1.0 + model.x[i] * y);
      model.x[i] = incidence.account_degree(i) / sum;
    }
    for (std::uint32_t o = 0; o < model.y.size(); ++o) {
      double sum = 0.0;
      for (const double x : model.x) sum += x / (1.0 + model.y[o] * x);
      model.y[o] = incidence.object_degree(o) / sum;
    }
  }
  return model;
}

TEST(Bicm, ExpectedDegreesAreThoseOfTheLog) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const Incidence incidence(open_columns(seed, 60 + 5 * seed, 30, 25).log());
    const auto model = bicm(incidence);
    EXPECT_LE(model.worst_error, 1e-8);
    for (AccountId i = 0; i < incidence.account_count(); ++i) {
      double degree = 0.0;
      for (const double y : model.object_fugacity) {
        const double odds = model.account_fugacity[i] * y;
        degree += odds / (1.0 + odds);
      }
      EXPECT_NEAR(degree, incidence.account_degree(i), 1e-6 * (1.0 + degree));
    }
    for (std::uint32_t o = 0; o < incidence.object_count(); ++o) {
      double degree = 0.0;
      for (const double x : model.account_fugacity) {
        const double odds = model.object_fugacity[o] * x;
        degree += odds / (1.0 + odds);
      }
      EXPECT_NEAR(degree, incidence.object_degree(o), 1e-6 * (1.0 + degree));
    }
  }
}

TEST(Bicm, ClassesGiveWhatAllUnknownsGive) {
  for (unsigned seed = 0; seed < 5; ++seed) {
    SCOPED_TRACE(seed);
    const Incidence incidence(open_columns(seed, 80, 14, 12).log());
    const auto model = bicm(incidence);
    const auto plain = solve_plainly(incidence);
    for (std::size_t i = 0; i < plain.x.size(); ++i) {
      for (std::size_t o = 0; o < plain.y.size(); ++o) {
        const double want = plain.x[i] * plain.y[o];
        const double got = model.account_fugacity[i] * model.object_fugacity[o];
        EXPECT_NEAR(got / (1.0 + got), want / (1.0 + want), 1e-6);
      }
    }
  }
}

TEST(BicmBackbone, TailsAreThoseOfTheModel) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto columns = open_columns(seed, 150, 12, 25);
    const Incidence incidence(columns.log());
    const auto model = bicm(incidence);
    const auto edges = all_pairs(12);
    const auto got = bicm_backbone(edges.bare(), incidence, 0.2);
    const auto shared = shared_objects(edges.bare(), incidence);
    for (std::size_t i = 0; i < edges.source.size(); ++i) {
      std::vector<double> chances;
      for (const double y : model.object_fugacity) {
        const double a = model.account_fugacity[edges.source[i]] * y;
        const double b = model.account_fugacity[edges.target[i]] * y;
        chances.push_back(a / (1.0 + a) * b / (1.0 + b));
      }
      const double want = log10_poisson_binomial_upper_tail(chances, shared[i]);
      EXPECT_NEAR(got.log10_p[i], want, 1e-6 * (1.0 + std::abs(want)));
      ASSERT_EQ(got.kept[i] != 0, got.q_value[i] <= 0.2);
    }
  }
}

TEST(BicmBackbone, OnManyObjectsTailsArePoissons) {
  const auto columns = open_columns(3, 20'000, 60, 2000);
  const Incidence incidence(columns.log());
  const auto model = bicm(incidence);
  const auto edges = all_pairs(30);
  const auto got = bicm_backbone(edges.bare(), incidence, 0.05);
  const auto shared = shared_objects(edges.bare(), incidence);
  for (std::size_t i = 0; i < edges.source.size(); ++i) {
    double mean = 0.0;
    for (const double y : model.object_fugacity) {
      const double a = model.account_fugacity[edges.source[i]] * y;
      const double b = model.account_fugacity[edges.target[i]] * y;
      mean += a / (1.0 + a) * b / (1.0 + b);
    }
    const double want = log10_poisson_upper_tail(shared[i], mean);
    EXPECT_NEAR(got.log10_p[i], want, 1e-5 * (1.0 + std::abs(want)));
  }
}

TEST(BicmBackbone, FindsAGroupThatSharesRareObjects) {
  auto columns = random_columns(7, 4000, 100, 400, 1000);
  for (ObjectId object = 1000; object < 1006; ++object) {
    for (AccountId member = 100; member < 104; ++member) columns.add(member, object, 0);
  }
  const Incidence incidence(columns.log());
  const auto edges = all_pairs(104);
  const auto got = bicm_backbone(edges.bare(), incidence, 0.01);
  std::size_t others = 0;
  for (std::size_t i = 0; i < edges.source.size(); ++i) {
    if (edges.source[i] >= 100) {
      EXPECT_EQ(got.kept[i], 1);
    } else {
      others += got.kept[i];
    }
  }
  EXPECT_LE(others, 3U);
}

TEST(BicmBackbone, ThreadsDoNotChangeItAndBadInputIsRefused) {
  const auto columns = open_columns(1, 20'000, 300, 900);
  const Incidence incidence(columns.log());
  const auto edges = all_pairs(300);
  const auto many = bicm_backbone(edges.bare(), incidence, 0.05);
  {
    const ThreadLimit one(1);
    EXPECT_EQ(many.log10_p, bicm_backbone(edges.bare(), incidence, 0.05).log10_p);
  }
  EXPECT_THROW((void)bicm_backbone(edges.bare(), incidence, 1.0), InvalidArgument);
  EXPECT_THROW((void)bicm(incidence, 0), InvalidArgument);
  Columns full;
  full.add(0, 0, 0);
  full.add(0, 1, 0);
  full.add(1, 1, 0);
  EXPECT_THROW((void)bicm(Incidence(full.log())), InvalidArgument);
  EXPECT_TRUE(bicm(Incidence()).account_fugacity.empty());
}

}  // namespace
}  // namespace lockstep
