#include "leiden_level.h"

#include <limits>
#include <numeric>
#include <span>

namespace lockstep {

std::vector<VertexId> shuffled_vertices(VertexId n, SplitMix& random) {
  std::vector<VertexId> order(n);
  std::iota(order.begin(), order.end(), 0U);
  random.shuffle(std::span(order));
  return order;
}

VertexId renumber(Partition& partition) {
  constexpr VertexId kNone = std::numeric_limits<VertexId>::max();
  VertexId next = 0;
  std::vector<VertexId> number(partition.size(), kNone);
  for (VertexId& community : partition) {
    if (number[community] == kNone) number[community] = next++;
    community = number[community];
  }
  return next;
}

LeidenLevel aggregate(const LeidenLevel& level, const Partition& parts, VertexId part_count) {
  LeidenLevel above;
  above.penalty = level.penalty;
  above.vertex_mass.assign(part_count, 0.0);
  std::vector<VertexId> first(part_count + 1ULL, 0);
  for (VertexId v = 0; v < level.size(); ++v) {
    above.vertex_mass[parts[v]] += level.vertex_mass[v];
    ++first[parts[v] + 1ULL];
  }
  std::inclusive_scan(first.begin(), first.end(), first.begin());
  std::vector<VertexId> members(level.size());
  auto next = first;
  for (VertexId v = 0; v < level.size(); ++v) members[next[parts[v]]++] = v;

  Surroundings around(part_count);
  above.offsets.push_back(0);
  for (VertexId part = 0; part < part_count; ++part) {
    for (VertexId m = first[part]; m < first[part + 1ULL]; ++m) {
      const VertexId v = members[m];
      for (auto i = level.offsets[v]; i < level.offsets[v + 1ULL]; ++i) {
        const VertexId other = parts[level.targets[i]];
        if (other != part) around.add(other, level.weights[i]);
      }
    }
    for (const VertexId other : around.communities()) {
      above.targets.push_back(other);
      above.weights.push_back(around.to(other));
    }
    above.offsets.push_back(above.targets.size());
    around.clear();
  }
  return above;
}

}  // namespace lockstep
