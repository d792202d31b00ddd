#include "lockstep/algorithms/synchrony.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_bipartite.h"

namespace lockstep {
namespace {

struct Scores {
  double synchronicity = 0.0;
  double normality = 0.0;
  double bound = 0.0;
};

// By the definition: looks at every pair of objects, cell beside cell.
Scores oracle(const BipartiteView& graph, VertexId account, const std::vector<double>& x,
              const std::vector<double>& y, int cells) {
  std::vector<VertexId> all;
  for (VertexId v = graph.accounts; v < graph.size(); ++v) {
    if (graph.degree(v) > 0) all.push_back(v - graph.accounts);
  }
  const auto place = [&](const std::vector<double>& values, VertexId object) {
    const auto less = [&](VertexId a, VertexId b) { return values[a] < values[b]; };
    const double least = values[*std::min_element(all.begin(), all.end(), less)];
    const double most = values[*std::max_element(all.begin(), all.end(), less)];
    if (least == most) return 0;
    return std::min(cells - 1, static_cast<int>((values[object] - least) / (most - least) * cells));
  };
  const auto cell = [&](VertexId object) { return std::pair(place(x, object), place(y, object)); };
  std::map<std::pair<int, int>, double> filled;
  for (const VertexId o : all) filled[cell(o)] += 1.0 / static_cast<double>(all.size());
  double alike = 0.0;
  for (const auto& [_, share] : filled) alike += share * share;
  Scores scores;
  const auto row = graph.neighbours(account);
  for (const VertexId v : row) {
    for (const VertexId u : row) {
      scores.synchronicity += cell(v - graph.accounts) == cell(u - graph.accounts) ? 1.0 : 0.0;
    }
    for (const VertexId o : all) {
      scores.normality += cell(v - graph.accounts) == cell(o) ? 1.0 : 0.0;
    }
  }
  const auto d = static_cast<double>(row.size());
  scores.synchronicity /= d * d;
  scores.normality /= d * static_cast<double>(all.size());
  const auto m = static_cast<double>(filled.size());
  const double n = scores.normality;
  scores.bound = std::abs(1.0 - m * alike) < 1e-12
                     ? 1.0 / m
                     : (-m * n * n + 2.0 * n - alike) / (1.0 - m * alike);
  return scores;
}

//  accounts  0       1          0's objects lie in one corner of the plane, 1's in two;
//           / |    /   |        all objects: p, q at (0, 0), r at (1, 1)
//  objects p   q  q     r
TEST(Synchrony, CountsPairsByHand) {
  const auto graph = bipartite_of(2, 3, {{0, 0}, {0, 1}, {1, 1}, {1, 2}});
  const std::vector<double> feature{0.0, 0.0, 1.0};
  const auto got = synchrony(bipartite(graph, 2), feature, feature, {.cells = 2, .min_objects = 1});
  EXPECT_DOUBLE_EQ(got.synchronicity[0], 1.0);
  EXPECT_DOUBLE_EQ(got.synchronicity[1], 0.5);
  EXPECT_DOUBLE_EQ(got.normality[0], 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(got.normality[1], 0.5);
  // Two cells: a share in one gives that in the other, so no freedom is left above the bound.
  EXPECT_NEAR(got.residual[0], 0.0, 1e-12);
  EXPECT_NEAR(got.residual[1], 0.0, 1e-12);
}

TEST(Synchrony, MatchesTheDefinitionOnRandomGraphs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_bipartite(30, 25, 60 + 5 * seed, seed);
    const auto view = bipartite(graph, 30);
    std::mt19937 random(seed);
    std::vector<double> x(25);
    std::vector<double> y(25);
    for (double& value : x) value = static_cast<double>(random() % 7);
    for (double& value : y) value = seed % 5 == 0 ? 2.0 : static_cast<double>(random() % 9) - 4.0;
    const int cells = 1 + static_cast<int>(seed % 6);
    const auto got = synchrony(view, x, y, {.cells = cells, .min_objects = 3});
    for (VertexId a = 0; a < 30; ++a) {
      if (graph.view().degree(a) < 3) {
        EXPECT_TRUE(std::isnan(got.residual[a]) && std::isnan(got.z[a]));
        continue;
      }
      const Scores want = oracle(view, a, x, y, cells);
      EXPECT_NEAR(got.synchronicity[a], want.synchronicity, 1e-12);
      EXPECT_NEAR(got.normality[a], want.normality, 1e-12);
      EXPECT_NEAR(got.bound[a], want.bound, 1e-9);
      EXPECT_GE(got.residual[a], -1e-9);
      EXPECT_LE(got.residual[a], 1.0);
    }
  }
}

// 40 accounts act on bought objects, all of one kind: three deviations out, and nobody else is.
TEST(Synchrony, FindsAccountsThatActOnOneKindOfObject) {
  std::mt19937 random(2);
  std::vector<std::pair<VertexId, VertexId>> edges;
  for (VertexId a = 0; a < 2000; ++a) {
    for (int i = 0; i < 12; ++i) {
      // Popular, middling and rare objects, to everybody's taste.
      const VertexId reach = 10U << (random() % 8);
      edges.push_back({a, static_cast<VertexId>(random() % reach)});
    }
  }
  for (VertexId a = 2000; a < 2040; ++a) {
    for (int i = 0; i < 12; ++i) edges.push_back({a, 1280 + static_cast<VertexId>(i)});
  }
  const auto graph = bipartite_of(2040, 1292, edges);
  const auto view = bipartite(graph, 2040);
  const auto features = object_features(view);
  const auto got = synchrony(view, features.x, features.y);
  const auto far = [&](VertexId begin, VertexId end) {
    return std::count_if(got.z.begin() + begin, got.z.begin() + end,
                         [](double z) { return z > 3.0; });
  };
  EXPECT_EQ(far(2000, 2040), 40);
  EXPECT_LT(far(0, 2000), 20);
}

TEST(Synchrony, FeaturesArePopularityAndAuthority) {
  //  a star of three accounts on object 0, and a pair apart on object 1
  const auto graph = bipartite_of(5, 3, {{0, 0}, {1, 0}, {2, 0}, {3, 1}});
  const auto got = object_features(bipartite(graph, 5));
  EXPECT_NEAR(got.x[0], std::log10(3.0), 1e-12);
  EXPECT_DOUBLE_EQ(got.x[2], 0.0);
  EXPECT_DOUBLE_EQ(got.y[0], 0.0);  // the largest component has all the authority
  EXPECT_DOUBLE_EQ(got.y[1], -12.0);
}

TEST(Synchrony, ThreadsDoNotChangeIt) {
  const auto graph = random_bipartite(20'000, 10'000, 300'000, 1);
  const auto view = bipartite(graph, 20'000);
  const auto features = object_features(view);
  const auto many = synchrony(view, features.x, features.y, {.min_objects = 1});
  const ThreadLimit one(1);
  const auto again = object_features(view);
  EXPECT_EQ(features.y, again.y);
  const auto alone = synchrony(view, again.x, again.y, {.min_objects = 1});
  EXPECT_EQ(many.synchronicity, alone.synchronicity);
  for (VertexId a = 0; a < 20'000; ++a) {
    if (graph.view().degree(a) > 0) {
      ASSERT_EQ(many.z[a], alone.z[a]);
    }
  }
}

TEST(Synchrony, EdgeCasesAndBadInput) {
  EXPECT_TRUE(synchrony(bipartite(Graph(), 0), {}, {}).z.empty());
  const auto graph = bipartite_of(2, 2, {{0, 0}, {1, 0}});
  const auto view = bipartite(graph, 2);
  const std::vector<double> feature{1.0, 2.0};
  // One kind of object in use: nothing to tell accounts apart by.
  const auto got = synchrony(view, feature, feature, {.min_objects = 1});
  EXPECT_DOUBLE_EQ(got.residual[0], 0.0);
  EXPECT_DOUBLE_EQ(got.z[0], 0.0);
  EXPECT_THROW((void)synchrony(view, feature, feature, {.cells = 0}), InvalidArgument);
  EXPECT_THROW((void)synchrony(view, feature, feature, {.min_objects = 0}), InvalidArgument);
  EXPECT_THROW((void)synchrony(view, {}, feature), InvalidArgument);
  const std::vector<double> endless{1.0, INFINITY};
  EXPECT_THROW((void)synchrony(view, feature, endless), InvalidArgument);
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)synchrony(view, feature, feature, {}, &control), Interrupted);
  EXPECT_THROW((void)object_features(view, &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
