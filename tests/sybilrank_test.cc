#include "lockstep/algorithms/sybilrank.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/graph_oracle.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

//  0 - 1 - 2   trust starts at 0; after two steps it is half at 0 and half at 2, none at 1
TEST(SybilRank, WalksAPathByHand) {
  const auto graph = Graph::undirected(3, std::vector<WeightedEdge>{{0, 1}, {1, 2}});
  const auto got = sybilrank(graph.view(), std::vector<Seed>{{0, 1.0}});
  EXPECT_EQ(got.rounds, 2);
  EXPECT_EQ(got.scores, (std::vector<double>{-0.5, 0.0, -0.5}));
}

TEST(SybilRank, MatchesDensePowersOnRandomGraphs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(40, 20 + 4 * seed, seed);
    const Matrix step = dense(graph.view());
    const Vector degree = step.rowwise().sum().cwiseMax(1e-300);
    Vector trust = Vector::Zero(40);
    trust[1] = 0.25;
    trust[2] = 0.75;
    for (int round = 0; round < 6; ++round)
      trust = step * (trust.array() / degree.array()).matrix();
    const auto got = sybilrank(graph.view(), std::vector<Seed>{{1, 1.0}, {2, 3.0}});
    EXPECT_EQ(got.rounds, 6);  // 2^6 is the first power past 40
    for (VertexId v = 0; v < 40; ++v) {
      EXPECT_NEAR(got.scores[v], -trust[v] / degree[v], 1e-12);
    }
  }
}

TEST(SybilRank, RefusesBadInput) {
  const auto graph = random_graph(5, 6, 1);
  const std::vector<Seed> seeds{{0}};
  EXPECT_THROW((void)sybilrank(graph.view(), seeds, {.log_base = 1.0}), InvalidArgument);
  EXPECT_THROW((void)sybilrank(graph.view(), {}), InvalidArgument);
  EXPECT_THROW((void)sybilrank(graph.view(), std::vector<Seed>{{5}}), InvalidArgument);
}

TEST(SybilRank, ThreadsDoNotChangeItAndALargerBaseWalksLess) {
  const auto graph = random_graph(20'000, 60'000, 1);
  const std::vector<Seed> seeds{{3, 1.0}, {9, 0.5}};
  const auto many = sybilrank(graph.view(), seeds);
  EXPECT_EQ(sybilrank(graph.view(), seeds, {.log_base = 10.0}).rounds, 5);
  const ThreadLimit one(1);
  EXPECT_EQ(sybilrank(graph.view(), seeds).scores, many.scores);
}

}  // namespace
}  // namespace lockstep
