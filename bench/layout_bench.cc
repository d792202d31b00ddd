// How many steps a second does the layout take, on the sizes that a page draws?
//   layout_bench [trials]
// Planted groups of 50 vertices, nine edges of ten within them. One JSON line a size. A layout
// verifies where every place is in the unit square and members of a group lie closer than half of
// what any two vertices do.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "harness.h"
#include "lockstep/algorithms/force_layout.h"
#include "lockstep/random.h"

namespace {

using namespace lockstep;

constexpr VertexId kGroup = 50;

Graph planted(VertexId vertices, std::size_t edges) {
  SplitMix random(5);
  std::vector<WeightedEdge> drawn;
  while (drawn.size() < edges) {
    const auto a = static_cast<VertexId>(random.below(vertices));
    const bool inside = random.below(10) != 0;
    const auto b = inside ? static_cast<VertexId>(a / kGroup * kGroup + random.below(kGroup))
                          : static_cast<VertexId>(random.below(vertices));
    if (a != b && b < vertices) drawn.push_back({a, b, 1.0});
  }
  return Graph::undirected(vertices, drawn);
}

bool holds(const ForceLayoutResult& placed, VertexId vertices) {
  SplitMix random(6);
  double within = 0.0, between = 0.0;
  const auto apart = [&](VertexId a, VertexId b) {
    return std::hypot(placed.x[a] - placed.x[b], placed.y[a] - placed.y[b]);
  };
  for (int i = 0; i < 20'000; ++i) {
    const auto a = static_cast<VertexId>(random.below(vertices));
    const auto b = static_cast<VertexId>(random.below(vertices));
    if (!(placed.x[a] >= 0.0 && placed.x[a] <= 1.0 && placed.y[a] >= 0.0 && placed.y[a] <= 1.0)) {
      return false;
    }
    within += apart(a, static_cast<VertexId>(a / kGroup * kGroup + b % kGroup) % vertices);
    between += apart(a, b);
  }
  return within < 0.5 * between;
}

void run(const char* name, VertexId vertices, std::size_t edges, int iterations, int trials) {
  const auto graph = planted(vertices, edges);
  ForceLayoutResult placed;
  const double seconds = report(
      {name, vertices, edges}, trials,
      [&] { placed = force_layout(graph.view(), {.iterations = iterations}); },
      [&] { return holds(placed, vertices); });
  std::printf("{\"case\":\"%s\",\"iterations\":%d,\"iterations_per_s\":%.1f}\n", name, iterations,
              iterations / seconds);
}

}  // namespace

int main(int argc, char** argv) {
  const int trials = argc > 1 ? std::atoi(argv[1]) : 3;
  run("layout 1.5k", 1'500, 6'000, 300, trials);
  run("layout 5k", 5'000, 20'000, 300, trials);
  run("layout 50k", 50'000, 200'000, 100, trials);
  return 0;
}
