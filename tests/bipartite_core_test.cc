#include "lockstep/algorithms/bipartite_core.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lockstep/algorithms/core_numbers.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_bipartite.h"

namespace lockstep {
namespace {

// Slow and obvious: for each alpha takes vertices away until all that are left have enough.
std::vector<VertexId> oracle(const BipartiteView& graph, VertexId beta) {
  std::vector<VertexId> core(graph.size(), 0);
  std::vector<char> left(graph.size(), 1);
  for (VertexId alpha = 1; std::count(left.begin(), left.end(), 1) > 0; ++alpha) {
    for (bool changed = true; changed;) {
      changed = false;
      for (VertexId v = 0; v < graph.size(); ++v) {
        const auto row = graph.neighbours(v);
        const auto near =
            std::count_if(row.begin(), row.end(), [&](VertexId u) { return left[u]; });
        if (left[v] == 0 || near >= (graph.is_account(v) ? alpha : beta)) continue;
        left[v] = 0;
        changed = true;
      }
    }
    for (VertexId v = 0; v < graph.size(); ++v) core[v] = left[v] != 0 ? alpha : core[v];
  }
  return core;
}

//  accounts  0   1   2   3       0 and 1 share a and b; 2 shares b with them, and has c for itself;
//            |\ /|  /|   |       3 has d for itself
//  objects   a   b   c   d
TEST(BipartiteCore, PeelsByHand) {
  const auto graph = bipartite_of(4, 4, {{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 1}, {2, 2}, {3, 3}});
  const auto two = bipartite_core(bipartite(graph, 4));
  EXPECT_EQ(two.core, (std::vector<VertexId>{2, 2, 1, 0, 2, 2, 0, 0}));
  EXPECT_EQ(two.largest, 2U);
  const auto three = bipartite_core(bipartite(graph, 4), {.min_accounts = 3});
  EXPECT_EQ(three.core, (std::vector<VertexId>{1, 1, 1, 0, 0, 1, 0, 0}));
}

TEST(BipartiteCore, MatchesRepeatedDeletionOnRandomGraphs) {
  for (unsigned seed = 0; seed < 80; ++seed) {
    SCOPED_TRACE(seed);
    const VertexId beta = 1 + seed % 4;
    const auto graph = random_bipartite(40, 30, 20 + 8 * seed, seed);
    const auto view = bipartite(graph, 40);
    const auto got = bipartite_core(view, {.min_accounts = beta});
    const auto want = oracle(view, beta);
    EXPECT_EQ(got.core, want);
    EXPECT_EQ(got.largest, *std::max_element(want.begin(), want.end()));
  }
}

// The (k, k)-core is the k-core of the graph, and more accounts asked for leave no more.
TEST(BipartiteCore, AgreesWithCoreNumbersAndShrinksWithBeta) {
  const auto graph = random_bipartite(500, 300, 6000, 3);
  const auto view = bipartite(graph, 500);
  const auto plain = core_numbers(graph.view());
  std::vector<VertexId> before(graph.size(), graph.size());
  for (VertexId k = 1; k <= plain.largest; ++k) {
    const auto got = bipartite_core(view, {.min_accounts = k}).core;
    for (VertexId v = 0; v < graph.size(); ++v) {
      EXPECT_EQ(got[v] >= k, plain.core[v] >= k);
      EXPECT_LE(got[v], before[v]);
    }
    before = got;
  }
}

TEST(BipartiteCore, ThreadsDoNotChangeIt) {
  const auto graph = random_bipartite(20'000, 10'000, 300'000, 1);
  const auto many = bipartite_core(bipartite(graph, 20'000), {.min_accounts = 3});
  const ThreadLimit one(1);
  EXPECT_EQ(many.core, bipartite_core(bipartite(graph, 20'000), {.min_accounts = 3}).core);
}

TEST(BipartiteCore, EdgeCasesAndBadInput) {
  EXPECT_TRUE(bipartite_core(bipartite(Graph(), 0)).core.empty());
  const auto lonely = bipartite_core(bipartite(bipartite_of(1, 1, {{0, 0}, {0, 0}}), 1));
  EXPECT_EQ(lonely.core, (std::vector<VertexId>{0, 0}));
  EXPECT_EQ(lonely.largest, 0U);
  const auto graph = bipartite_of(2, 1, {{0, 0}});
  EXPECT_EQ(bipartite_core(bipartite(graph, 2), {.min_accounts = 1}).core,
            (std::vector<VertexId>{1, 0, 1}));
  EXPECT_THROW((void)bipartite_core(bipartite(graph, 2), {.min_accounts = 0}), InvalidArgument);
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)bipartite_core(bipartite(graph, 2), {}, &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
