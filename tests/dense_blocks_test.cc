#include "lockstep/algorithms/dense_blocks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_bipartite.h"

namespace lockstep {
namespace {

using Edge = std::pair<VertexId, VertexId>;

// Slow and obvious: looks at every vertex for the lightest, and weighs each set anew.
class Oracle {
 public:
  Oracle(const BipartiteView& graph, double offset) : graph_(graph) {
    for (VertexId v = 0; v < graph.accounts; ++v) {
      for (const VertexId u : graph.neighbours(v)) {
        edges_[{v, u}] =
            std::llround(0x1p30 / std::log(static_cast<double>(graph.degree(u)) + offset));
      }
    }
  }

  DenseBlock next() {
    std::set<VertexId> left;
    for (VertexId v = 0; v < graph_.size(); ++v) left.insert(v);
    std::set<VertexId> best = left;
    for (; !left.empty(); left.erase(lightest(left))) {
      // Exact: both sides are integers below 2^53.
      if (weight(left) * static_cast<double>(best.size()) >
          weight(best) * static_cast<double>(left.size())) {
        best = left;
      }
    }
    DenseBlock block;
    block.density = weight(best) / 0x1p30 / static_cast<double>(best.size());
    for (const VertexId v : best) {
      (graph_.is_account(v) ? block.accounts : block.objects).push_back(v);
    }
    block.edges = std::erase_if(edges_, [&](const auto& edge) {
      return best.contains(edge.first.first) && best.contains(edge.first.second);
    });
    return block;
  }

 private:
  double weight(const std::set<VertexId>& of) const {
    double sum = 0.0;
    for (const auto& [ends, weight] : edges_) {
      if (of.contains(ends.first) && of.contains(ends.second)) sum += static_cast<double>(weight);
    }
    return sum;
  }

  VertexId lightest(const std::set<VertexId>& left) const {
    std::map<VertexId, std::int64_t> own;
    for (const VertexId v : left) own[v] = 0;
    for (const auto& [ends, weight] : edges_) {
      if (!left.contains(ends.first) || !left.contains(ends.second)) continue;
      own[ends.first] += weight;
      own[ends.second] += weight;
    }
    const auto lighter = [](const auto& a, const auto& b) { return a.second < b.second; };
    return std::min_element(own.begin(), own.end(), lighter)->first;
  }

  BipartiteView graph_;
  std::map<Edge, std::int64_t> edges_;
};

void expect_equal(const DenseBlock& got, const DenseBlock& want) {
  EXPECT_EQ(got.accounts, want.accounts);
  EXPECT_EQ(got.objects, want.objects);
  EXPECT_EQ(got.edges, want.edges);
  EXPECT_DOUBLE_EQ(got.density, want.density);
}

// Every one of `accounts` acts on each of `objects`.
void add_block(std::vector<Edge>& edges, Edge accounts, Edge objects) {
  for (VertexId a = accounts.first; a < accounts.second; ++a) {
    for (VertexId o = objects.first; o < objects.second; ++o) edges.push_back({a, o});
  }
}

//  accounts  0   1   2   3   4        0, 1 and 2 act on a and b, all of them;
//            |\ /|\ /|    \ /         3 and 4 meet on c alone
//  objects   a       b     c
TEST(DenseBlocks, FindsTheBlockAndThenTheNext) {
  const std::vector<Edge> edges{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 0}, {2, 1}, {3, 2}, {4, 2}};
  const auto graph = bipartite_of(5, 3, edges);
  const auto got = dense_blocks(bipartite(graph, 5)).blocks;
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0].accounts, (std::vector<VertexId>{0, 1, 2}));
  EXPECT_EQ(got[0].objects, (std::vector<VertexId>{5, 6}));
  EXPECT_EQ(got[0].edges, 6U);
  EXPECT_NEAR(got[0].density, 6.0 / std::log(8.0) / 5.0, 1e-9);
  EXPECT_EQ(got[1].accounts, (std::vector<VertexId>{3, 4}));
  EXPECT_EQ(got[1].edges, 2U);
}

TEST(DenseBlocks, MatchesTheGreedyOrderOnRandomGraphs) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const double offset = seed % 2 == 0 ? 5.0 : 1.0;
    const auto graph = random_bipartite(20, 15, 20 + 4 * seed, seed);
    const auto view = bipartite(graph, 20);
    const auto got = dense_blocks(view, {.blocks = 4, .offset = offset}).blocks;
    Oracle oracle(view, offset);
    ASSERT_FALSE(got.empty());
    for (const DenseBlock& block : got) expect_equal(block, oracle.next());
    if (got.size() < 4) {
      EXPECT_EQ(oracle.next().edges, 0U);
    }
  }
}

// 30 accounts push 20 objects, and hide: each acts on 40 of the popular objects, too.
TEST(DenseBlocks, CamouflageDoesNotHideABlock) {
  std::vector<Edge> edges;
  std::mt19937 random(5);
  for (VertexId a = 0; a < 2000; ++a) {
    for (int i = 0; i < 10; ++i) edges.push_back({a, static_cast<VertexId>(random() % 100)});
  }
  add_block(edges, {2000, 2030}, {100, 120});
  for (VertexId a = 2000; a < 2030; ++a) {
    for (int i = 0; i < 40; ++i) edges.push_back({a, static_cast<VertexId>(random() % 100)});
  }
  const auto graph = bipartite_of(2030, 120, edges);
  const auto got = dense_blocks(bipartite(graph, 2030), {.blocks = 1}).blocks;
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].accounts.size(), 30U);
  EXPECT_EQ(got[0].accounts.front(), 2000U);
  EXPECT_EQ(std::count_if(got[0].objects.begin(), got[0].objects.end(),
                          [](VertexId o) { return o >= 2130; }),
            20);
}

// Blocks share no edge, none is without one, and what a block counts is there in the graph.
TEST(DenseBlocks, BlocksAreDisjointInEdges) {
  const auto graph = random_bipartite(200, 150, 1500, 4);
  const auto view = bipartite(graph, 200);
  std::set<Edge> seen;
  for (const DenseBlock& block : dense_blocks(view, {.blocks = 64}).blocks) {
    EdgeIndex fresh = 0;
    for (const VertexId a : block.accounts) {
      for (const VertexId o : view.neighbours(a)) {
        if (!std::binary_search(block.objects.begin(), block.objects.end(), o)) continue;
        fresh += seen.insert({a, o}).second ? 1 : 0;
      }
    }
    EXPECT_EQ(block.edges, fresh);
    EXPECT_GT(block.density, 0.0);
  }
}

TEST(DenseBlocks, ThreadsDoNotChangeThem) {
  const auto graph = random_bipartite(20'000, 10'000, 200'000, 1);
  const auto many = dense_blocks(bipartite(graph, 20'000)).blocks;
  const ThreadLimit one(1);
  const auto alone = dense_blocks(bipartite(graph, 20'000)).blocks;
  ASSERT_EQ(many.size(), alone.size());
  for (std::size_t i = 0; i < many.size(); ++i) expect_equal(many[i], alone[i]);
}

TEST(DenseBlocks, EdgeCases) {
  EXPECT_TRUE(dense_blocks(bipartite(Graph(), 0)).blocks.empty());
  EXPECT_TRUE(dense_blocks(bipartite(bipartite_of(3, 2, {}), 3)).blocks.empty());
  EXPECT_TRUE(dense_blocks(bipartite(bipartite_of(3, 0, {}), 3)).blocks.empty());
  const auto lonely = dense_blocks(bipartite(bipartite_of(1, 1, {{0, 0}, {0, 0}}), 1)).blocks;
  ASSERT_EQ(lonely.size(), 1U);
  EXPECT_EQ(lonely[0].edges, 1U);
}

TEST(DenseBlocks, RefusesBadInput) {
  const auto graph = bipartite_of(2, 2, {{0, 0}, {1, 1}});
  const auto view = bipartite(graph, 2);
  EXPECT_THROW((void)dense_blocks(view, {.blocks = 0}), InvalidArgument);
  EXPECT_THROW((void)dense_blocks(view, {.blocks = 65}), InvalidArgument);
  EXPECT_THROW((void)dense_blocks(view, {.offset = 0.5}), InvalidArgument);
  EXPECT_THROW((void)dense_blocks(view, {.offset = std::nan("")}), InvalidArgument);
  EXPECT_THROW((void)bipartite(graph, 1), InvalidArgument);
  EXPECT_THROW((void)bipartite(graph, 3), InvalidArgument);
  EXPECT_THROW((void)bipartite(graph, 5), InvalidArgument);
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)dense_blocks(view, {}, &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
