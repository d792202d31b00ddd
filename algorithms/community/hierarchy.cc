#include "hierarchy.h"

#include <array>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

#include "../option_checks.h"
#include "batches.h"
#include "ground_level.h"
#include "level.h"
#include "local_moves.h"
#include "lockstep/huge_pages.h"
#include "lockstep/parallel.h"
#include "refinement.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 14;
constexpr double kRounding = 1e-12;
// A pass over a level that gains less quality is the last there, until a whole round has gained
// less: what is left is found sooner from the vertices up.
constexpr double kWorthwhile = 1e-4;

Partition apart(VertexId n) {
  auto partition = huge_vector<VertexId>(n);
  std::iota(partition.begin(), partition.end(), 0U);
  return partition;
}

void follow(Partition& place, const Partition& above) {
  parallel_for(place.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto v = begin; v < end; ++v) place[v] = above[place[v]];
  });
}

template <class Weight>
class Hierarchy {
 public:
  Hierarchy(const CsrView& graph, const ClimbOptions& options, const RunControl* control)
      : options_(options),
        control_(control),
        ground_(ground_level<Weight>(graph, options.quality, options.resolution, scale_)),
        mean_weight_(scale_.total / static_cast<double>(graph.arc_count())) {}

  struct Round {
    bool refines = false;
    double least_gain = 0.0;  ///< quality that a pass must gain to be followed by another
    std::uint64_t seed = 0;
  };

  struct Found {
    VertexId communities = 0;
    double quality = 0.0;
  };

  /// From the vertices up to the level where each community is one vertex.
  Found climb(Partition& partition, const Round& round) {
    const Level<Weight>* level = &ground_;
    Partition here = std::move(partition);
    Partition place;  // of each vertex of the ground on the level at hand; empty on the ground
    for (std::uint64_t levels = 0;; ++levels) {
      const auto salt = mixed(round.seed, levels);
      move_vertices(*level, here, {round.least_gain * scale_.total / 2.0, salt, control_});
      const VertexId communities = renumber(here);
      if (communities == level->size()) break;
      auto [parts, part_count] =
          round.refines ? divide(*level, here, salt) : Division{here, communities};
      if (part_count == level->size()) break;
      Partition above(part_count);
      for (VertexId v = 0; v < level->size(); ++v) above[parts[v]] = here[v];
      Level<Weight>& next = held_[levels % 2];
      aggregate(*level, parts, part_count, next);
      if (place.empty()) {
        place = std::move(parts);
      } else {
        follow(place, parts);
      }
      level = &next;
      here = std::move(above);
    }
    if (round.refines) split_components(*level, here);
    const double quality = quality_of(*level, here);
    if (!place.empty()) {
      follow(place, here);
      here = std::move(place);
    }
    partition = std::move(here);
    return {renumber(partition), quality};
  }

  /// Numbers the vertices of the ground anew, those of one community one after the other: later
  /// looks at neighbours then find most of them in the cache. `partition` follows.
  void sort_ground(Partition& partition, VertexId communities) {
    order_ = Members(partition, communities).vertices;
    ground_ = reordered(ground_, std::span<const VertexId>(order_));
    Partition sorted = order_;
    follow(sorted, partition);
    partition = std::move(sorted);
  }

  /// A partition of the ground as one of the graph.
  [[nodiscard]] Partition of_graph(Partition partition) const {
    if (order_.empty()) return partition;
    Partition community(partition.size());
    parallel_for(community.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (auto v = begin; v < end; ++v) community[order_[v]] = partition[v];
    });
    renumber(community);
    return community;
  }

 private:
  /// As `partition_quality` of the graph, from the few arcs of a level.
  [[nodiscard]] double quality_of(const Level<Weight>& level, const Partition& partition) const {
    const auto outside = parallel_reduce(
        level.size(), kGrain, std::uint64_t{0},
        [&](std::size_t begin, std::size_t end) {
          std::uint64_t sum = 0;
          for (auto v = begin; v < end; ++v) {
            for (EdgeIndex arc = level.first[v]; arc < level.last[v]; ++arc) {
              sum += partition[level.targets[arc]] == partition[v] ? 0 : level.weight(arc);
            }
          }
          return sum;
        },
        std::plus<>());
    std::vector<std::uint64_t> masses(level.size(), 0);
    for (VertexId v = 0; v < level.size(); ++v) masses[partition[v]] += level.mass[v];
    const bool is_cpm = options_.quality == Quality::kCpm;
    double pairs = -static_cast<double>(scale_.isolated);
    for (const auto mass : masses) {
      const auto m = static_cast<double>(mass);
      pairs += is_cpm ? m * (m - 1.0) : m * m;
    }
    return (scale_.total - static_cast<double>(outside) - level.penalty * pairs) / scale_.total;
  }

  /// What becomes the vertices of the level above, numbered from 0.
  struct Division {
    Partition parts;
    VertexId count = 0;
  };

  /// Splits communities into well-connected parts.
  Division divide(const Level<Weight>& level, const Partition& communities, std::uint64_t salt) {
    auto parts = refine(level, communities, {*options_.randomness * mean_weight_, salt, control_});
    VertexId count = renumber(parts);
    // Where refining merges nothing, walk on with whole communities, so that a round always ends
    // where no two of them gain by a merger.
    if (count == level.size()) {
      parts = communities;
      count = split_components(level, parts);
    }
    return {std::move(parts), count};
  }

  const ClimbOptions& options_;
  const RunControl* control_;
  Scale scale_;
  Level<Weight> ground_;
  double mean_weight_;
  std::vector<VertexId> order_;  // the graph's vertex that each of the ground is; empty: the same
  std::array<Level<Weight>, 2> held_;  // the levels above, in turn
};

template <class Weight>
void run_rounds(const CsrView& graph, const ClimbOptions& options, const RunControl* control,
                Communities& found) {
  Hierarchy<Weight> hierarchy(graph, options, control);
  found.quality = std::numeric_limits<double>::lowest();
  double least_gain = kWorthwhile;
  bool keeps = false;  // whether what was found would do as the result
  Partition partition = found.community;
  while (found.rounds < options.max_rounds && !found.converged) {
    // What the first of several rounds finds need not last, so it goes without refinement.
    const bool refines = options.randomness && (found.rounds > 0 || options.max_rounds == 1);
    const auto [communities, quality] = hierarchy.climb(
        partition,
        {refines, least_gain, mixed(options.seed, static_cast<std::uint64_t>(found.rounds))});
    ++found.rounds;
    const double gain = quality - found.quality;
    found.converged = keeps && gain <= kRounding && least_gain == 0.0;
    if (gain < kWorthwhile) least_gain = 0.0;
    if (keeps && gain < 0.0) {
      partition = found.community;
      continue;
    }
    keeps = refines || !options.randomness;
    found.quality = quality;
    if (found.rounds == 1 && options.max_rounds > 1) hierarchy.sort_ground(partition, communities);
    found.community = partition;
    found.communities = communities;
  }
  found.community = hierarchy.of_graph(std::move(found.community));
}

}  // namespace

Communities climb(const CsrView& graph, const ClimbOptions& options, const RunControl* control) {
  check_above_zero("resolution", options.resolution);
  check_max_rounds(options.max_rounds);
  Communities found;
  found.community = apart(graph.size());
  if (graph.arc_count() == 0) {
    found.communities = graph.size();
    found.converged = true;
    return found;
  }
  if (has_unit_weights(graph)) {
    const CsrView bare{{graph.offsets, graph.targets}, {}};
    run_rounds<std::uint32_t>(bare, options, control, found);
  } else {
    run_rounds<std::uint64_t>(graph, options, control, found);
  }
  return found;
}

}  // namespace lockstep
