#include "lockstep/algorithms/tfidf_backbone.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lockstep/algorithms/weight_threshold.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/backbone_input.h"

namespace lockstep {
namespace {

// Dense vectors, object by object.
double oracle(const Columns& columns, AccountId a, AccountId b) {
  const auto counts = action_counts(columns);
  std::map<ObjectId, double> on;
  std::set<AccountId> active;
  for (const auto& [place, count] : counts) {
    on[place.second] += 1.0;
    active.insert(place.first);
  }
  double dot = 0.0;
  double aa = 0.0;
  double bb = 0.0;
  for (const auto& [object, accounts] : on) {
    const auto value = [&](AccountId account) {
      const auto at = counts.find({account, object});
      return at == counts.end() ? 0.0 : at->second * std::log(double(active.size()) / accounts);
    };
    dot += value(a) * value(b);
    aa += value(a) * value(a);
    bb += value(b) * value(b);
  }
  return aa * bb == 0.0 ? 0.0 : dot / std::sqrt(aa * bb);
}

TEST(TfidfBackbone, MatchesDenseVectors) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto columns = random_columns(seed, 150, 12, 20, 1000);
    const Incidence incidence(columns.log());
    const auto edges = all_pairs(12);
    const TfidfOptions options{.quantile = 0.8, .min_objects = 1 + seed % 3};
    const auto got = tfidf_backbone(edges.bare(), incidence, options);
    const auto shared = shared_objects(edges.bare(), incidence);
    std::vector<double> eligible;
    for (std::size_t i = 0; i < shared.size(); ++i) {
      EXPECT_NEAR(got.score[i], oracle(columns, edges.source[i], edges.target[i]), 1e-12);
      if (shared[i] >= options.min_objects) eligible.push_back(got.score[i]);
    }
    if (eligible.empty()) continue;
    const double bound = quantile_of(eligible, 0.8);
    for (std::size_t i = 0; i < shared.size(); ++i) {
      EXPECT_EQ(got.kept[i] != 0, shared[i] >= options.min_objects && got.score[i] > bound);
    }
  }
}

// Two that acted on one rare object and on nothing else have cosine 1, and no say.
TEST(TfidfBackbone, OneRareObjectIsNotEnough) {
  auto columns = random_columns(1, 400, 20, 30, 1000);
  columns.add(20, 900, 0);
  columns.add(21, 900, 0);
  const Incidence incidence(columns.log());
  OwnedEdges edges = all_pairs(20);
  edges.add(20, 21, 1.0);
  const auto got = tfidf_backbone(edges.bare(), incidence, {.quantile = 0.5});
  EXPECT_NEAR(got.score.back(), 1.0, 1e-12);
  EXPECT_EQ(got.kept.back(), 0);
  EXPECT_EQ(
      tfidf_backbone(edges.bare(), incidence, {.quantile = 0.5, .min_objects = 1}).kept.back(), 1);
}

TEST(TfidfBackbone, ThreadsDoNotChangeItAndBadInputIsRefused) {
  const auto columns = random_columns(1, 20'000, 300, 500, 1000);
  const Incidence incidence(columns.log());
  const auto edges = all_pairs(300);
  const auto many = tfidf_backbone(edges.bare(), incidence);
  {
    const ThreadLimit one(1);
    EXPECT_EQ(many.score, tfidf_backbone(edges.bare(), incidence).score);
  }
  EXPECT_THROW((void)tfidf_backbone(edges.bare(), incidence, {.quantile = -0.1}), InvalidArgument);
  EXPECT_THROW((void)tfidf_backbone(edges.bare(), incidence, {.min_objects = 0}), InvalidArgument);
  EXPECT_TRUE(tfidf_backbone({}, incidence).kept.empty());
}

}  // namespace
}  // namespace lockstep
