#include "lockstep/algorithms/forward_push.h"

#include <gtest/gtest.h>

#include <limits>

#include "lockstep/error.h"
#include "support/propagation_oracle.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

std::vector<double> spread_out(const ForwardPushResult& found, VertexId n) {
  std::vector<double> scores(n, 0.0);
  for (std::size_t i = 0; i < found.vertices.size(); ++i) {
    scores[found.vertices[i]] = found.scores[i];
  }
  return scores;
}

//  0 - 1 - 2, from 0 with damping 1/2 and an epsilon of 0.2: 0 keeps 1/2 and passes 1/2 to 1,
//  which keeps 1/4 and passes 1/8 to either side; 1/8 is not above 0.2 * 1.
TEST(ForwardPush, PushesAPathByHand) {
  const auto graph = Graph::undirected(3, std::vector<WeightedEdge>{{0, 1}, {1, 2}});
  const std::vector<Seed> seeds{{0}};
  const auto got = forward_push(graph.view(), seeds, {.damping = 0.5, .epsilon = 0.2});
  EXPECT_EQ(got.vertices, (std::vector<VertexId>{0, 1}));
  EXPECT_EQ(got.scores, (std::vector<double>{0.5, 0.25}));
  EXPECT_EQ(got.pushes, 2U);
}

TEST(ForwardPush, KeepsItsErrorBoundOnRandomGraphs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(40, 10 + 4 * seed, seed);  // sparse ones have lonely vertices
    auto view = graph.view();
    if (seed % 2 == 0) view.weights = {};
    const std::vector<Seed> seeds{{0, 1.0}, {7, 0.25}, {7, 0.5}, {seed % 40, 0.1}};
    for (const double damping : {0.0, 0.7, 0.95}) {
      for (const double epsilon : {1e-1, 1e-3, 1e-9}) {
        const auto got = forward_push(view, seeds, {damping, epsilon});
        const auto scores = spread_out(got, view.size());
        const auto want = propagation_oracle(view, seeds, damping);
        for (VertexId v = 0; v < view.size(); ++v) {
          double strength = 0.0;
          for (auto i = view.offsets[v]; i < view.offsets[v + 1ULL]; ++i) {
            strength += view.weight(i);
          }
          EXPECT_LE(scores[v], want[v] + 1e-12);
          EXPECT_GE(scores[v], want[v] - epsilon * strength - 1e-12);
        }
      }
    }
  }
}

TEST(ForwardPush, StaysNearTheSeeds) {
  const auto graph = random_graph(100'000, 300'000, 2);
  const std::vector<Seed> seeds{{5}};
  const auto got = forward_push(graph.view(), seeds, {.epsilon = 1e-3});
  EXPECT_LT(got.vertices.size(), 10'000U);
  EXPECT_GT(got.vertices.size(), 10U);
}

TEST(ForwardPush, EdgeCases) {
  const std::vector<Seed> seeds{{1, 3.0}, {1, 1.0}};
  const auto lonely = forward_push(Graph::undirected(2, {}).view(), seeds);
  EXPECT_EQ(lonely.vertices, std::vector<VertexId>{1});
  EXPECT_NEAR(lonely.scores[0], 1.0, 1e-15);
  EXPECT_EQ(lonely.pushes, 0U);
}

TEST(ForwardPush, RefusesBadInput) {
  const auto graph = random_graph(5, 6, 1);
  const auto refused = [&](const std::vector<Seed>& seeds, const ForwardPushOptions& options) {
    EXPECT_THROW((void)forward_push(graph.view(), seeds, options), InvalidArgument);
  };
  refused({}, {});
  refused({{5}}, {});
  refused({{0, 0.0}}, {});
  refused({{0}}, {.damping = 1.0});
  refused({{0}}, {.epsilon = 0.0});
  refused({{0}}, {.epsilon = std::numeric_limits<double>::infinity()});
  RunControl control;
  control.cancel();
  const std::vector<Seed> seeds{{graph.view().targets[0]}};
  EXPECT_THROW((void)forward_push(graph.view(), seeds, {}, &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
