#include "level.h"

#include <atomic>
#include <limits>
#include <numeric>
#include <utility>

#include "community_table.h"
#include "lockstep/huge_pages.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 14;
constexpr std::size_t kPartGrain = 64;
constexpr VertexId kUnseen = std::numeric_limits<VertexId>::max();

template <class T>
std::unique_ptr<T[]> huge_array(std::size_t n) {
  auto values = std::make_unique_for_overwrite<T[]>(n);
  advise_huge_pages(values.get(), n * sizeof(T));
  return values;
}

/// Sets the masses of the parts, and where each row may begin: it has no more arcs than those of
/// its members, or than there are other parts. Returns the room that all rows need.
template <class Weight>
EdgeIndex lay_out(const Level<Weight>& level, const Members& members, Level<Weight>& above) {
  const auto part_count = static_cast<VertexId>(members.first.size() - 1);
  above.mass.resize(part_count);
  above.own_first.resize(part_count);
  above.own_last.resize(part_count);
  parallel_for(part_count, kPartGrain, [&](std::size_t begin, std::size_t end) {
    for (auto part = begin; part < end; ++part) {
      std::uint64_t mass = 0;
      EdgeIndex arcs = 0;
      for (VertexId m = members.first[part]; m < members.first[part + 1]; ++m) {
        mass += level.mass[members.vertices[m]];
        arcs += level.degree(members.vertices[m]);
      }
      above.mass[part] = mass;
      above.own_last[part] = std::min<EdgeIndex>(arcs, part_count - 1);
    }
  });
  std::exclusive_scan(above.own_last.begin(), above.own_last.end(), above.own_first.begin(),
                      EdgeIndex{0});
  return above.own_first.back() + above.own_last.back();
}

/// Fills the row of one part, whose length is known only then.
template <class Weight>
void fill_row(const Level<Weight>& level, const Partition& parts,
              std::span<const VertexId> vertices, VertexId part, CommunityTable<Weight>& around,
              Level<Weight>& above) {
  around.open(above.own_last[part]);
  for (std::size_t m = 0; m < vertices.size(); ++m) {
    fetch_ahead(level, vertices, m, parts);
    const VertexId v = vertices[m];
    for (EdgeIndex arc = level.first[v]; arc < level.last[v]; ++arc) {
      const VertexId other = parts[level.targets[arc]];
      if (other != part) around.add(other, level.weight(arc));
    }
  }
  EdgeIndex at = above.own_first[part];
  around.for_each([&](VertexId other, Weight weight) {
    above.own_targets[at] = other;
    above.own_weights[at++] = weight;
  });
  above.own_last[part] = at;
}

}  // namespace

Members::Members(const Partition& parts, VertexId part_count)
    : first(part_count + 1ULL, 0), vertices(parts.size()) {
  for (const VertexId part : parts) ++first[part + 1ULL];
  std::inclusive_scan(first.begin(), first.end(), first.begin());
  auto next = first;
  for (std::size_t v = 0; v < parts.size(); ++v) {
    vertices[next[parts[v]]++] = static_cast<VertexId>(v);
  }
}

VertexId renumber(Partition& partition) {
  const std::size_t n = partition.size();
  // The smallest member of each community, then its rank among such.
  std::vector<VertexId> least(n, kUnseen);
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
      const std::atomic_ref<VertexId> smallest(least[partition[v]]);
      VertexId before = smallest.load(std::memory_order_relaxed);
      while (v < before && !smallest.compare_exchange_weak(before, v, std::memory_order_relaxed)) {
      }
    }
  });
  std::vector<VertexId> rank(n, 0);
  std::vector<VertexId> first((n + kGrain - 1) / kGrain + 1, 0);
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    VertexId count = 0;
    for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
      rank[v] = count;
      count += least[partition[v]] == v ? 1 : 0;
    }
    first[begin / kGrain + 1] = count;
  });
  std::inclusive_scan(first.begin(), first.end(), first.begin());
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto v = begin; v < end; ++v) {
      const VertexId smallest = least[partition[v]];
      partition[v] = first[smallest / kGrain] + rank[smallest];
    }
  });
  return first.back();
}

template <class Weight>
void aggregate(const Level<Weight>& level, const Partition& parts, VertexId part_count,
               Level<Weight>& above) {
  const Members members(parts, part_count);
  const EdgeIndex room = lay_out(level, members, above);
  if (room > above.own_room) {
    above.own_targets = huge_array<VertexId>(room);
    above.own_weights = huge_array<Weight>(room);
    above.own_room = room;
  }
  parallel_for_scratch(
      part_count, kPartGrain, [] { return CommunityTable<Weight>(); },
      [&](auto& around, std::size_t begin, std::size_t end) {
        for (auto part = static_cast<VertexId>(begin); part < end; ++part) {
          const auto first = members.first[part];
          const auto vertices =
              std::span(members.vertices).subspan(first, members.first[part + 1ULL] - first);
          fill_row(level, parts, vertices, part, around, above);
        }
      });
  above.use_own_rows();
  above.penalty = level.penalty;
}

template <class Weight>
Level<Weight> reordered(const Level<Weight>& level, std::span<const VertexId> order) {
  const VertexId n = level.size();
  auto number = huge_vector<VertexId>(n);
  Level<Weight> copy;
  copy.mass.resize(n);
  copy.own_first.resize(n);
  copy.own_last.resize(n);
  EdgeIndex arcs = 0;
  for (VertexId v = 0; v < n; ++v) {
    number[order[v]] = v;
    copy.own_first[v] = arcs;
    arcs += level.degree(order[v]);
    copy.own_last[v] = arcs;
  }
  copy.own_targets = huge_array<VertexId>(arcs);
  if (level.weights != nullptr) copy.own_weights = huge_array<Weight>(arcs);
  parallel_for(n, kGrain / 16, [&](std::size_t begin, std::size_t end) {
    for (auto v = begin; v < end; ++v) {
      fetch_ahead(level, order, v, number);
      copy.mass[v] = level.mass[order[v]];
      EdgeIndex at = copy.own_first[v];
      for (EdgeIndex arc = level.first[order[v]]; arc < level.last[order[v]]; ++arc, ++at) {
        copy.own_targets[at] = number[level.targets[arc]];
        if (level.weights != nullptr) copy.own_weights[at] = level.weights[arc];
      }
    }
  });
  copy.own_room = arcs;
  copy.use_own_rows();
  copy.penalty = level.penalty;
  return copy;
}

template <class Weight>
VertexId split_components(const Level<Weight>& level, Partition& partition) {
  Partition component(level.size(), kUnseen);
  std::vector<VertexId> stack;
  VertexId next = 0;
  for (VertexId start = 0; start < level.size(); ++start) {
    if (component[start] != kUnseen) continue;
    component[start] = next;
    stack.push_back(start);
    while (!stack.empty()) {
      const VertexId v = stack.back();
      stack.pop_back();
      for (EdgeIndex arc = level.first[v]; arc < level.last[v]; ++arc) {
        const VertexId other = level.targets[arc];
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

template void aggregate(const Level<std::uint32_t>&, const Partition&, VertexId,
                        Level<std::uint32_t>&);
template void aggregate(const Level<std::uint64_t>&, const Partition&, VertexId,
                        Level<std::uint64_t>&);
template Level<std::uint32_t> reordered(const Level<std::uint32_t>&, std::span<const VertexId>);
template Level<std::uint64_t> reordered(const Level<std::uint64_t>&, std::span<const VertexId>);
template VertexId split_components(const Level<std::uint32_t>&, Partition&);
template VertexId split_components(const Level<std::uint64_t>&, Partition&);

}  // namespace lockstep
