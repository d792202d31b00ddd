#include "lockstep/algorithms/weight_threshold.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "lockstep/error.h"
#include "support/backbone_input.h"

namespace lockstep {
namespace {

using Kept = std::vector<std::uint8_t>;

TEST(WeightThreshold, KeepsWhatWeighsEnough) {
  OwnedEdges edges;
  for (const double w : {1.0, 2.0, 3.0, 4.0}) edges.add(0, 1 + VertexId(w), w);
  EXPECT_EQ(count_backbone(edges.view(), 2.0).kept, (Kept{0, 1, 1, 1}));
  EXPECT_EQ(count_backbone(edges.view(), 2.5).score, edges.weight);
  // The median is 2.5; a quantile that an edge has itself does not let it pass.
  EXPECT_EQ(quantile_backbone(edges.view(), 0.5).kept, (Kept{0, 0, 1, 1}));
  EXPECT_EQ(quantile_backbone(edges.view(), 1.0).kept, (Kept{0, 0, 0, 0}));
  EXPECT_EQ(quantile_backbone(edges.view(), 0.0).kept, (Kept{0, 1, 1, 1}));
}

// R's type 7 by its definition: the (n - 1) q-th order statistic, linear in between.
TEST(WeightThreshold, QuantileIsTypeSeven) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    auto weights = random_weighted(30, 5 + seed, seed).weight;
    auto sorted = weights;
    std::sort(sorted.begin(), sorted.end());
    for (const double q : {0.0, 0.1, 0.5, 0.75, 0.995, 1.0}) {
      const double place = q * double(sorted.size() - 1);
      const auto low = std::size_t(place);
      const auto high = std::min(low + 1, sorted.size() - 1);
      const double want = sorted[low] + (place - double(low)) * (sorted[high] - sorted[low]);
      EXPECT_NEAR(quantile_of(weights, q), want, 1e-12);
    }
  }
}

TEST(WeightThreshold, WhereAllWeightsTieNothingPassesAQuantile) {
  OwnedEdges edges;
  for (VertexId v = 1; v < 6; ++v) edges.add(0, v, 3.0);
  for (const auto kept : quantile_backbone(edges.view(), 0.5).kept) EXPECT_EQ(kept, 0);
}

TEST(WeightThreshold, EdgeCasesAndBadInput) {
  EXPECT_TRUE(quantile_backbone({}, 0.5).kept.empty());
  EXPECT_TRUE(count_backbone({}, 1.0).kept.empty());
  OwnedEdges edges;
  edges.add(0, 1, 1.0);
  EXPECT_THROW((void)count_backbone(edges.view(), 0.0), InvalidArgument);
  EXPECT_THROW((void)quantile_backbone(edges.view(), 1.5), InvalidArgument);
  EXPECT_THROW((void)count_backbone(edges.bare(), 1.0), InvalidArgument);
  edges.weight[0] = -1.0;
  EXPECT_THROW((void)count_backbone(edges.view(), 1.0), InvalidArgument);
  edges.weight[0] = std::numeric_limits<double>::infinity();
  EXPECT_THROW((void)count_backbone(edges.view(), 1.0), InvalidArgument);
  edges.weight[0] = 1.0;
  edges.target[0] = 0;
  EXPECT_THROW((void)count_backbone(edges.view(), 1.0), InvalidArgument);
  edges.target[0] = 9;
  EXPECT_THROW((void)count_backbone(edges.view(), 1.0), InvalidArgument);
}

}  // namespace
}  // namespace lockstep
