#include "lockstep/algorithms/force_layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "../algorithms/layout/quadtree.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "support/random_graph.h"

namespace lockstep {
namespace {

double distance(const ForceLayoutResult& at, VertexId u, VertexId v) {
  return std::hypot(at.x[u] - at.x[v], at.y[u] - at.y[v]);
}

std::pair<double, double> widths(const ForceLayoutResult& at) {
  const auto [left, right] = std::minmax_element(at.x.begin(), at.x.end());
  const auto [bottom, top] = std::minmax_element(at.y.begin(), at.y.end());
  return {*right - *left, *top - *bottom};
}

void expect_in_unit_square(const ForceLayoutResult& at) {
  for (const auto* column : {&at.x, &at.y}) {
    for (const double value : *column) {
      EXPECT_GE(value, 0.0);
      EXPECT_LE(value, 1.0);
    }
  }
}

struct Cloud {
  std::vector<Point> at;
  std::vector<float> mass;
};

Cloud random_cloud(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> place(0.0F, 100.0F);
  Cloud cloud;
  for (std::size_t i = 0; i < n; ++i) {
    cloud.at.push_back({place(random), place(random)});
    cloud.mass.push_back(static_cast<float>(1 + random() % 20));
  }
  return cloud;
}

/// The formula of the paper over all pairs.
std::vector<std::pair<double, double>> all_pairs(const Cloud& cloud) {
  std::vector<std::pair<double, double>> force(cloud.at.size());
  for (std::size_t i = 0; i < force.size(); ++i) {
    for (std::size_t j = 0; j < force.size(); ++j) {
      if (i == j) continue;
      const double dx = static_cast<double>(cloud.at[i].x) - static_cast<double>(cloud.at[j].x);
      const double dy = static_cast<double>(cloud.at[i].y) - static_cast<double>(cloud.at[j].y);
      const double push = static_cast<double>(cloud.mass[i]) * static_cast<double>(cloud.mass[j]) /
                          (dx * dx + dy * dy);
      force[i].first += push * dx;
      force[i].second += push * dy;
    }
  }
  return force;
}

/// Error of all forces together, as a share of them.
double error_of_tree(const Cloud& cloud, float theta) {
  Quadtree tree;
  tree.build(cloud.at, cloud.mass);
  std::vector<Point> got(cloud.at.size());
  Quadtree::Sources sources;
  for (std::size_t g = 0; g < tree.groups(); ++g) tree.repulsion(g, theta, sources, got);
  double off = 0.0;
  double all = 0.0;
  const auto want = all_pairs(cloud);
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double dx = static_cast<double>(got[i].x) - want[i].first;
    const double dy = static_cast<double>(got[i].y) - want[i].second;
    off += dx * dx + dy * dy;
    all += want[i].first * want[i].first + want[i].second * want[i].second;
  }
  return std::sqrt(off / all);
}

TEST(ForceLayoutTree, MatchesTheSumOverAllPairs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto cloud = random_cloud(2 + seed * 13, seed);
    EXPECT_LT(error_of_tree(cloud, 0.0F), 1e-4);  // single precision
    EXPECT_LT(error_of_tree(cloud, 0.7F), 0.01);
    EXPECT_LT(error_of_tree(cloud, 1.2F), 0.05);
  }
  EXPECT_GT(error_of_tree(random_cloud(2'000, 1), 1.2F), 1e-3);  // cells do stand for points
}

TEST(ForceLayoutTree, TakesPointsThatCoincide) {
  Cloud cloud{std::vector<Point>(100, {3.0F, 4.0F}), std::vector<float>(100, 2.0F)};
  cloud.at.push_back({13.0F, 4.0F});
  cloud.mass.push_back(1.0F);
  Quadtree tree;
  tree.build(cloud.at, cloud.mass);
  std::vector<Point> force(101);
  Quadtree::Sources sources;
  for (std::size_t g = 0; g < tree.groups(); ++g) tree.repulsion(g, 1.0F, sources, force);
  EXPECT_NEAR(force[100].x, 20.0F, 1e-4F);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_NEAR(force[i].x, -0.2F, 1e-4F);
}

//  0 - 1    without gravity, w d = 2 * 2 / d: both pull as they push at a length of 2
TEST(ForceLayout, LeavesTwoNeighboursWhereForcesBalance) {
  const std::vector<WeightedEdge> edges{{0, 1, 7.0}};
  const auto got = force_layout(Graph::undirected(2, edges).view(), {.gravity = 0.0});
  // The box has a margin of 1 on each side, and its larger side is the unit of the picture.
  const double length = distance(got, 0, 1);
  const double slant =
      std::max(std::abs(got.x[0] - got.x[1]), std::abs(got.y[0] - got.y[1])) / length;
  EXPECT_NEAR(length, 2.0 / (2.0 * slant + 2.0), 0.01);
}

TEST(ForceLayout, DrawsSymmetryAsSymmetry) {
  std::vector<WeightedEdge> star;
  for (VertexId leaf = 1; leaf <= 6; ++leaf) star.push_back({0, leaf});
  const auto got = force_layout(Graph::undirected(7, star).view(), {.iterations = 2'000});
  for (VertexId leaf = 2; leaf <= 6; ++leaf) {
    EXPECT_NEAR(distance(got, 0, leaf) / distance(got, 0, 1), 1.0, 0.02);
  }
  const std::vector<WeightedEdge> ring{{0, 1}, {1, 2}, {2, 3}, {3, 0}};
  const auto square = force_layout(Graph::undirected(4, ring).view(), {.iterations = 2'000});
  EXPECT_NEAR(distance(square, 0, 2) / distance(square, 1, 3), 1.0, 0.02);
  EXPECT_NEAR(distance(square, 0, 2) / distance(square, 0, 1), std::sqrt(2.0), 0.03);
}

/// Groups of 40 whose members are tied with a chance of 1 in 4, to others of 1 in 200.
Graph planted(VertexId groups, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<WeightedEdge> edges;
  for (VertexId u = 0; u < groups * 40; ++u) {
    for (VertexId v = u + 1; v < groups * 40; ++v) {
      if (random() % (u / 40 == v / 40 ? 4 : 200) == 0) edges.push_back({u, v, 1.0});
    }
  }
  return Graph::undirected(groups * 40, edges);
}

/// Mean distance of pairs that `chosen` takes, per mean distance of all others.
template <class Chosen>
double nearness(const ForceLayoutResult& at, VertexId n, const Chosen& chosen) {
  double sums[2] = {0.0, 0.0};
  double counts[2] = {0.0, 0.0};
  for (VertexId u = 0; u < n; ++u) {
    for (VertexId v = u + 1; v < n; ++v) {
      const int side = chosen(u, v) ? 1 : 0;
      sums[side] += distance(at, u, v);
      counts[side] += 1.0;
    }
  }
  return (sums[1] / counts[1]) / (sums[0] / counts[0]);
}

TEST(ForceLayout, PutsCommunitiesTogether) {
  for (unsigned seed = 0; seed < 5; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = planted(6, seed);
    const auto same = [](VertexId u, VertexId v) { return u / 40 == v / 40; };
    const auto adjacent = [&](VertexId u, VertexId v) {
      const auto row = graph.view().neighbours(u);
      return std::binary_search(row.begin(), row.end(), v);
    };
    const auto plain = force_layout(graph.view(), {.seed = seed});
    expect_in_unit_square(plain);
    EXPECT_LT(nearness(plain, graph.size(), same), 0.5);
    EXPECT_LT(nearness(plain, graph.size(), adjacent), 0.6);
    const auto tight = force_layout(graph.view(), {.lin_log = true, .seed = seed});
    EXPECT_LT(nearness(tight, graph.size(), same), nearness(plain, graph.size(), same));
  }
}

TEST(ForceLayout, ApproximationKeepsTheShape) {
  const auto graph = planted(6, 3);
  const auto same = [](VertexId u, VertexId v) { return u / 40 == v / 40; };
  const double exact = nearness(force_layout(graph.view(), {.theta = 0.0}), 240, same);
  for (const double theta : {0.7, 1.0, 1.2}) {
    EXPECT_NEAR(nearness(force_layout(graph.view(), {.theta = theta}), 240, same), exact, 0.06);
  }
}

TEST(ForceLayout, HeavyEdgesAreShortAndUnitsDoNotMatter) {
  std::vector<WeightedEdge> edges;
  for (VertexId v = 0; v < 20; ++v) edges.push_back({v, (v + 1) % 20, v == 0 ? 40.0 : 1.0});
  const auto got = force_layout(Graph::undirected(20, edges).view());
  EXPECT_LT(distance(got, 0, 1), 0.5 * distance(got, 10, 11));
  for (auto& edge : edges) edge.weight *= 0x1p900;
  EXPECT_EQ(force_layout(Graph::undirected(20, edges).view()).x, got.x);
  edges[0].weight = 1e300;
  edges[1].weight = 1e-300;
  expect_in_unit_square(force_layout(Graph::undirected(20, edges).view()));
}

TEST(ForceLayout, ThreadsDoNotChangeItAndSeedsDo) {
  auto edges = random_edges(6'000, 20'000, 4);
  for (VertexId v = 6'000; v < 6'400; v += 2) edges.push_back({v, v + 1});
  const auto graph = Graph::undirected(6'500, edges);
  const ForceLayoutOptions options{.iterations = 20};
  const auto many = force_layout(graph.view(), options);
  for (const int threads : {1, 2, 4}) {
    const ThreadLimit limit(threads);
    const auto again = force_layout(graph.view(), options);
    EXPECT_EQ(many.x, again.x);
    EXPECT_EQ(many.y, again.y);
  }
  EXPECT_NE(many.x, force_layout(graph.view(), {.iterations = 20, .seed = 1}).x);
}

std::vector<VertexId> numbers_to(VertexId n) {
  std::vector<VertexId> all(n);
  for (VertexId v = 0; v < n; ++v) all[v] = v;
  return all;
}

TEST(ForceLayout, AWarmStartMovesLittle) {
  const auto graph = planted(6, 1);
  const auto first = force_layout(graph.view(), {.iterations = 1'000});
  const auto all = numbers_to(graph.size());
  const auto known = numbers_to(graph.size() - 12);
  const auto again = force_layout(graph.view(), {.seed = 9}, {all, first.x, first.y});
  const auto grown = force_layout(
      graph.view(), {.seed = 9},
      {known, std::span(first.x).first(known.size()), std::span(first.y).first(known.size())});
  const auto cold = force_layout(graph.view(), {.seed = 9});
  const auto moved = [&](const ForceLayoutResult& at) {
    double sum = 0.0;
    for (const VertexId v : all) sum += std::hypot(at.x[v] - first.x[v], at.y[v] - first.y[v]);
    return sum / static_cast<double>(all.size());
  };
  EXPECT_LT(moved(again), 0.02);
  EXPECT_LT(moved(grown), 0.05);
  EXPECT_GT(moved(cold), 0.1);
}

TEST(ForceLayout, LonelyVerticesDoNotShrinkTheView) {
  const auto edges = random_edges(100, 400, 2);
  const auto crowd = force_layout(Graph::undirected(5'100, edges).view());
  expect_in_unit_square(crowd);
  ForceLayoutResult core{{crowd.x.begin(), crowd.x.begin() + 100},
                         {crowd.y.begin(), crowd.y.begin() + 100}};
  EXPECT_GT(std::max(widths(core).first, widths(core).second), 0.6);
  for (VertexId v = 100; v < 200; ++v) {
    for (VertexId u = 0; u < v; ++u) EXPECT_GT(distance(crowd, u, v), 1e-4);
  }
}

TEST(ForceLayout, ComponentsStayApart) {
  std::vector<WeightedEdge> edges;
  for (VertexId c = 0; c < 9; ++c) {
    for (VertexId i = 0; i < 5; ++i) edges.push_back({c * 5 + i, c * 5 + (i + 1) % 5});
  }
  const auto got = force_layout(Graph::undirected(45, edges).view());
  for (VertexId u = 0; u < 45; ++u) {
    for (VertexId v = 0; v < u; ++v) {
      if (u / 5 == v / 5) continue;
      EXPECT_GT(distance(got, u, v), 0.03);
    }
  }
}

TEST(ForceLayout, EdgeCases) {
  EXPECT_TRUE(force_layout(Graph().view()).x.empty());
  const auto one = force_layout(Graph::undirected(1, {}).view());
  EXPECT_EQ(one.x, std::vector<double>{0.5});
  EXPECT_EQ(one.y, std::vector<double>{0.5});
  expect_in_unit_square(force_layout(Graph::undirected(17, {}).view()));
  const auto graph = random_graph(50, 100, 1);
  const auto all = numbers_to(50);
  for (const double side : {0.0, 1e308, -1e308, 1e-310}) {
    std::vector<double> x(50, side);
    const std::vector<double> y(50, 0.0);
    const auto heap = force_layout(graph.view(), {}, {all, x, y});
    expect_in_unit_square(heap);
    EXPECT_GT(widths(heap).first, 0.3);
    x[0] = -side;
    expect_in_unit_square(force_layout(graph.view(), {}, {all, x, y}));
  }
}

TEST(ForceLayout, RefusesBadInput) {
  const auto graph = random_graph(30, 60, 1);
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  const auto refused = [&](const ForceLayoutOptions& options, const ForceLayoutStart& start = {}) {
    EXPECT_THROW((void)force_layout(graph.view(), options, start), InvalidArgument);
  };
  refused({.iterations = 0});
  for (const double bad : {-1.0, kNan, kInfinite}) {
    refused({.theta = bad});
    refused({.gravity = bad});
  }
  const std::vector<VertexId> two{3, 4};
  const std::vector<VertexId> twice{3, 3};
  const std::vector<VertexId> unknown{3, 30};
  const std::vector<double> good{0.0, 1.0};
  const std::vector<double> one{0.0};
  refused({}, {twice, good, good});
  refused({}, {unknown, good, good});
  refused({}, {two, one, good});
  refused({}, {two, good, one});
  for (const double bad : {kNan, kInfinite}) {
    const std::vector<double> column{0.0, bad};
    refused({}, {two, column, good});
    refused({}, {two, good, column});
  }
}

TEST(ForceLayout, CanBeWatchedAndCancelled) {
  const auto graph = random_graph(300, 600, 1);
  RunControl watched;
  (void)force_layout(graph.view(), {.iterations = 7}, {}, &watched);
  EXPECT_GT(watched.total(), 0U);
  EXPECT_EQ(watched.done(), watched.total());
  RunControl control;
  control.cancel();
  EXPECT_THROW((void)force_layout(graph.view(), {}, {}, &control), Interrupted);
}

}  // namespace
}  // namespace lockstep
