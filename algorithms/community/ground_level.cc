#include "ground_level.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 14;
constexpr double kWhole = 0x1.0p60;  // what the weights of a graph add up to, as whole numbers

}  // namespace

bool has_unit_weights(const CsrView& graph) {
  return parallel_reduce(
      graph.weights.size(), kGrain, true,
      [&](std::size_t begin, std::size_t end) {
        return std::all_of(graph.weights.begin() + static_cast<std::ptrdiff_t>(begin),
                           graph.weights.begin() + static_cast<std::ptrdiff_t>(end),
                           [](double weight) { return weight == 1.0; });
      },
      std::logical_and<>());
}

template <class Weight>
Level<Weight> ground_level(const CsrView& graph, Quality quality, double resolution, Scale& scale) {
  const VertexId n = graph.size();
  Level<Weight> level;
  level.first = graph.offsets.first(n);
  level.last = graph.offsets.subspan(1);
  level.targets = graph.targets.data();
  scale.total = static_cast<double>(graph.arc_count());
  if (graph.is_weighted()) {
    const double total = parallel_sum(graph.weights, kGrain);
    // A power of two, so that graphs whose weights differ by one are split alike.
    scale.unit = std::exp2(std::floor(std::log2(kWhole / total)));
    level.own_weights = std::make_unique_for_overwrite<Weight[]>(graph.arc_count());
    level.weights = level.own_weights.get();
    parallel_for(graph.arc_count(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (auto i = begin; i < end; ++i) {
        level.own_weights[i] = static_cast<Weight>(graph.weights[i] * scale.unit + 0.5);
      }
    });
    scale.total = total * scale.unit;
  }
  const bool is_cpm = quality == Quality::kCpm;
  level.mass.assign(n, 1);
  scale.isolated = parallel_reduce(
      n, kGrain / 16, std::uint64_t{0},
      [&](std::size_t begin, std::size_t end) {
        std::uint64_t isolated = 0;
        for (auto v = static_cast<VertexId>(begin); v < end && !is_cpm; ++v) {
          std::uint64_t strength = level.weights == nullptr ? level.degree(v) : 0;
          for (auto i = level.first[v]; level.weights != nullptr && i < level.last[v]; ++i) {
            strength += level.weights[i];
          }
          isolated += strength == 0 ? 1 : 0;
          level.mass[v] = std::max<std::uint64_t>(strength, 1);
        }
        return isolated;
      },
      std::plus<>());
  level.penalty = is_cpm ? resolution * scale.unit : resolution / scale.total;
  return level;
}

template Level<std::uint32_t> ground_level(const CsrView&, Quality, double, Scale&);
template Level<std::uint64_t> ground_level(const CsrView&, Quality, double, Scale&);

}  // namespace lockstep
