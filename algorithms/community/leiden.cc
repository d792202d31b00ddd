#include "lockstep/algorithms/leiden.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "leiden_level.h"
#include "lockstep/error.h"

namespace lockstep {
namespace {

void check_above_zero(const char* name, double value) {
  if (!(value > 0.0) || !std::isfinite(value)) {
    throw InvalidArgument(std::string(name) + " is " + std::to_string(value) +
                          "; give a finite number above 0");
  }
}

void check(const LeidenOptions& options) {
  check_above_zero("resolution", options.resolution);
  check_above_zero("randomness", options.randomness);
  if (options.max_rounds < 1) {
    throw InvalidArgument("max_rounds is " + std::to_string(options.max_rounds) +
                          "; give at least 1");
  }
}

LeidenLevel ground_level(CsrView graph, const LeidenOptions& options) {
  const auto arcs = static_cast<double>(graph.arc_count());
  const double mean =
      graph.is_weighted() ? std::reduce(graph.weights.begin(), graph.weights.end()) / arcs : 1.0;
  LeidenLevel level;
  level.offsets.assign(graph.offsets.begin(), graph.offsets.end());
  level.targets.assign(graph.targets.begin(), graph.targets.end());
  level.weights.resize(graph.arc_count());
  for (EdgeIndex i = 0; i < graph.arc_count(); ++i) level.weights[i] = graph.weight(i) / mean;
  if (options.quality == Quality::kCpm) {
    level.vertex_mass.assign(graph.size(), 1.0);
    level.penalty = options.resolution / mean;
    return level;
  }
  level.vertex_mass.assign(graph.size(), 0.0);
  for (VertexId v = 0; v < graph.size(); ++v) {
    for (auto i = level.offsets[v]; i < level.offsets[v + 1ULL]; ++i) {
      level.vertex_mass[v] += level.weights[i];
    }
  }
  level.penalty = options.resolution / arcs;
  return level;
}

/// One pass: move, refine, aggregate, up to the level where every community is one vertex.
/// Returns the levels walked; `partition` is of the ground level, and changes.
int walk_up(const LeidenLevel& ground, Partition& partition, double randomness, int most_levels,
            SplitMix& random, const RunControl* control) {
  LeidenLevel held;
  const LeidenLevel* level = &ground;
  Partition here = partition;
  Partition place(ground.size());  // of each ground vertex on the level at hand
  std::iota(place.begin(), place.end(), 0U);
  int levels = 0;
  while (levels < most_levels) {
    ++levels;
    move_vertices(*level, here, random, control);
    for (VertexId v = 0; v < ground.size(); ++v) partition[v] = here[place[v]];
    const VertexId communities = renumber(here);
    if (communities == level->size()) break;
    auto parts = refine(*level, here, randomness, random);
    VertexId part_count = renumber(parts);
    // Where refining merges nothing, walk on with whole communities, so that a pass always ends
    // where no two of them gain by a merger.
    if (part_count == level->size()) {
      parts = here;
      part_count = communities;
    }
    Partition above(part_count);
    for (VertexId v = 0; v < level->size(); ++v) above[parts[v]] = here[v];
    for (VertexId& at : place) at = parts[at];
    held = aggregate(*level, parts, part_count);
    level = &held;
    here = std::move(above);
  }
  return levels;
}

/// Gives each connected part of each community a number of its own, by smallest member.
VertexId split_components(CsrView graph, Partition& partition) {
  constexpr VertexId kUnseen = static_cast<VertexId>(-1);
  Partition component(graph.size(), kUnseen);
  std::vector<VertexId> stack;
  VertexId next = 0;
  for (VertexId start = 0; start < graph.size(); ++start) {
    if (component[start] != kUnseen) continue;
    component[start] = next;
    stack.push_back(start);
    while (!stack.empty()) {
      const VertexId v = stack.back();
      stack.pop_back();
      for (const VertexId other : graph.neighbours(v)) {
        if (component[other] != kUnseen || partition[other] != partition[start]) continue;
        component[other] = next;
        stack.push_back(other);
      }
    }
    ++next;
  }
  partition = std::move(component);
  return next;
}

}  // namespace

double partition_quality(CsrView graph, const std::vector<VertexId>& community, Quality quality,
                         double resolution) {
  if (community.size() != graph.size()) {
    throw InvalidArgument("the partition has " + std::to_string(community.size()) +
                          " entries, the graph " + std::to_string(graph.size()) + " vertices");
  }
  for (const VertexId c : community) {
    if (c < graph.size()) continue;
    throw InvalidArgument("community " + std::to_string(c) + " is past the " +
                          std::to_string(graph.size()) + " vertices of the graph");
  }
  if (graph.arc_count() == 0) return 0.0;
  std::vector<double> mass(graph.size(), 0.0);
  double inside = 0.0;  // each edge counted from both ends, as in `total`
  double total = 0.0;
  for (VertexId v = 0; v < graph.size(); ++v) {
    double strength = 0.0;
    for (std::size_t i = 0; i < graph.degree(v); ++i) {
      const double weight = graph.weight(graph.offsets[v] + i);
      strength += weight;
      if (community[graph.neighbours(v)[i]] == community[v]) inside += weight;
    }
    total += strength;
    mass[community[v]] += quality == Quality::kCpm ? 1.0 : strength;
  }
  double penalty = 0.0;
  for (const double m : mass) {
    penalty += quality == Quality::kCpm ? m * (m - 1.0) : m * m / total;
  }
  return (inside - resolution * penalty) / total;
}

LeidenResult leiden(CsrView graph, const LeidenOptions& options, RunControl* control) {
  check(options);
  LeidenResult result;
  result.community.resize(graph.size());
  std::iota(result.community.begin(), result.community.end(), 0U);
  result.communities = graph.size();
  if (graph.arc_count() == 0) {
    result.converged = true;
    return result;
  }
  const auto ground = ground_level(graph, options);
  SplitMix random(options.seed);
  Partition partition = result.community;
  result.quality = partition_quality(graph, partition, options.quality, options.resolution);
  while (result.rounds < options.max_rounds && !result.converged) {
    result.rounds += walk_up(ground, partition, options.randomness,
                             options.max_rounds - result.rounds, random, control);
    const VertexId communities = split_components(graph, partition);
    const double quality = partition_quality(graph, partition, options.quality, options.resolution);
    result.converged = quality <= result.quality + 1e-12;
    if (quality < result.quality) break;
    result.quality = quality;
    result.community = partition;
    result.communities = communities;
  }
  return result;
}

}  // namespace lockstep
