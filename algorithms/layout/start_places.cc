#include "start_places.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "lockstep/error.h"
#include "lockstep/random.h"

namespace lockstep {

namespace {

constexpr double kJitter = 1e-4;  // of the side of the start; less than a pixel

void check(VertexId n, const ForceLayoutStart& start) {
  if (start.x.size() != start.vertices.size() || start.y.size() != start.vertices.size()) {
    throw InvalidArgument("the start has columns of different lengths");
  }
  std::vector<char> seen(n, 0);
  for (std::size_t i = 0; i < start.vertices.size(); ++i) {
    const VertexId v = start.vertices[i];
    const std::string row = "row " + std::to_string(i) + " of the start";
    if (v >= n)
      throw InvalidArgument(row + " names vertex " + std::to_string(v) + " of " +
                            std::to_string(n));
    if (seen[v] != 0) throw InvalidArgument(row + " names a vertex for the second time");
    if (!std::isfinite(start.x[i]) || !std::isfinite(start.y[i])) {
      throw InvalidArgument(row + " has a place that is not a finite number");
    }
    seen[v] = 1;
  }
}

/// Puts the given places into the unit square; halved first, since a difference may overflow.
void place_known(const ForceLayoutStart& start, std::vector<Point>& at, std::vector<char>& placed) {
  if (start.vertices.empty()) return;
  const auto [left, right] = std::minmax_element(start.x.begin(), start.x.end());
  const auto [bottom, top] = std::minmax_element(start.y.begin(), start.y.end());
  const double side = std::max(
      {*right / 2 - *left / 2, *top / 2 - *bottom / 2, std::numeric_limits<double>::min()});
  for (std::size_t i = 0; i < start.vertices.size(); ++i) {
    at[start.vertices[i]] = {static_cast<float>((start.x[i] / 2 - *left / 2) / side),
                             static_cast<float>((start.y[i] / 2 - *bottom / 2) / side)};
    placed[start.vertices[i]] = 1;
  }
}

/// Puts vertices beside their placed neighbours, ring by ring outward.
void place_beside(const CsrView& graph, const ForceLayoutStart& start, std::vector<Point>& at,
                  std::vector<char>& placed) {
  std::vector<VertexId> ring(start.vertices.begin(), start.vertices.end());
  while (!ring.empty()) {
    std::vector<VertexId> next;
    for (const VertexId v : ring) {
      for (const VertexId other : graph.neighbours(v)) {
        if (placed[other] == 0) next.push_back(other);
      }
    }
    std::sort(next.begin(), next.end());
    next.erase(std::unique(next.begin(), next.end()), next.end());
    for (const VertexId v : next) {
      Point sum;
      float count = 0.0F;
      for (const VertexId other : graph.neighbours(v)) {
        if (placed[other] == 0) continue;
        sum = {sum.x + at[other].x, sum.y + at[other].y};
        count += 1.0F;
      }
      at[v] = {sum.x / count, sum.y / count};
    }
    for (const VertexId v : next) placed[v] = 1;
    ring.swap(next);
  }
}

}  // namespace

std::vector<Point> start_places(const CsrView& graph, const ForceLayoutStart& start,
                                std::uint64_t seed) {
  const VertexId n = graph.size();
  check(n, start);
  std::vector<Point> at(n);
  std::vector<char> placed(n, 0);
  place_known(start, at, placed);
  place_beside(graph, start, at, placed);
  SplitMix random(seed);
  for (VertexId v = 0; v < n; ++v) {
    const double reach = placed[v] != 0 ? kJitter : 1.0;
    at[v].x += static_cast<float>(reach * random.uniform());
    at[v].y += static_cast<float>(reach * random.uniform());
  }
  return at;
}

}  // namespace lockstep
