#include "lockstep/algorithms/connected_components.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <functional>
#include <numeric>
#include <utility>

#include "lockstep/huge_pages.h"
#include "lockstep/parallel.h"
#include "lockstep/random.h"
#include "rows.h"
#include "vertex_set.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 14;
constexpr std::size_t kWordGrain = kGrain / 64;
constexpr std::size_t kProbed = 16;  // neighbours of each vertex that a sweep looks at
constexpr std::size_t kSampled = 2;  // neighbours of each vertex that are linked first
constexpr std::size_t kWorthIt =
    16;  // a sweep that gains a share of 1 / 16 is followed by one more

/// A forest over the vertices, each tree inside one component. A parent never has a larger id
/// than its child, so the last root of a component is its smallest vertex, whoever won a race.
class Forest {
 public:
  /// Each vertex is a tree of its own, save that the members of `together` are one.
  Forest(std::size_t n, const VertexSet& together) : parents_(huge_vector<VertexId>(n)) {
    const VertexId smallest = together.smallest();
    parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
      for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
        parents_[v] = together.contains(v) ? smallest : v;
      }
    });
  }

  [[nodiscard]] std::size_t size() const { return parents_.size(); }
  [[nodiscard]] VertexId parent(VertexId v) const { return at(v).load(std::memory_order_relaxed); }

  /// Makes one tree of those of u and v.
  void link(VertexId u, VertexId v) {
    u = parent(u);
    v = parent(v);
    while (u != v) {
      const auto [low, high] = std::minmax({u, v});
      VertexId above = parent(high);
      if (above == low) return;
      if (above == high && at(high).compare_exchange_strong(above, low)) return;
      u = parent(parent(high));
      v = parent(low);
    }
  }

  /// Hangs every vertex right below its root.
  void flatten(const RunControl* control) {
    parallel_for(parents_.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      if (control != nullptr) control->check();
      for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
        VertexId root = parent(v);
        for (VertexId above = parent(root); above != root; above = parent(root)) root = above;
        at(v).store(root, std::memory_order_relaxed);
      }
    });
  }

  /// A root that many vertices share, by a sample; a bad guess costs time, not truth.
  [[nodiscard]] VertexId frequent_root() const {
    SplitMix random(0);
    std::vector<VertexId> drawn(1024);
    for (VertexId& root : drawn) root = parent(static_cast<VertexId>(random.below(size())));
    std::sort(drawn.begin(), drawn.end());
    std::pair<std::size_t, VertexId> best{0, drawn.front()};
    for (std::size_t begin = 0, end = 0; begin < drawn.size(); begin = end) {
      while (end < drawn.size() && drawn[end] == drawn[begin]) ++end;
      if (end - begin > best.first) best = {end - begin, drawn[begin]};
    }
    return best.second;
  }

 private:
  [[nodiscard]] std::atomic_ref<VertexId> at(VertexId v) const {
    return std::atomic_ref<VertexId>(parents_[v]);
  }
  mutable std::vector<VertexId> parents_;  // atomic_ref knows no const
};

/// Adds the vertices of one word that have a member among their first neighbours; says how many.
template <NeighbourView View>
VertexId sweep_word(const View& graph, std::size_t i, VertexSet& reached) {
  const auto before = reached.word(i);
  auto members = before;
  for (auto absent = ~before; absent != 0; absent &= absent - 1) {
    const auto v = static_cast<VertexId>(64 * i) + static_cast<VertexId>(std::countr_zero(absent));
    if (v >= graph.size()) break;
    prefetch_row(graph, v + kRowsAhead);
    std::size_t met = 0;
    for (const VertexId other : graph.neighbours(v)) {
      if (met++ == kProbed) break;
      if (!reached.contains(other)) continue;
      members |= std::uint64_t{1} << (v % 64);
      break;
    }
  }
  reached.set_word(i, members);
  return static_cast<VertexId>(std::popcount(members) - std::popcount(before));
}

/// Part of the component of a vertex of the largest degree, most of it where a graph has hubs.
/// Which part depends on the threads. A bit a vertex stays in the cache, so this is cheaper than
/// linking, which need then only look at the others.
template <NeighbourView View>
VertexSet around_hub(const View& graph, const RunControl* control) {
  const auto hub = parallel_reduce(
      graph.size(), kGrain, VertexId{0},
      [&](std::size_t begin, std::size_t end) {
        auto best = static_cast<VertexId>(begin);
        for (auto v = best; v < end; ++v) best = graph.degree(v) > graph.degree(best) ? v : best;
        return best;
      },
      [&](VertexId a, VertexId b) { return graph.degree(b) > graph.degree(a) ? b : a; });
  VertexSet reached(graph.size());
  reached.insert(hub);
  for (const VertexId other : graph.neighbours(hub)) reached.insert(other);
  VertexId gain = graph.size();
  while (gain > graph.size() / kWorthIt) {
    gain = parallel_reduce(
        reached.word_count(), kWordGrain, VertexId{0},
        [&](std::size_t begin, std::size_t end) {
          if (control != nullptr) control->check();
          VertexId sum = 0;
          for (std::size_t i = begin; i < end; ++i) sum += sweep_word(graph, i, reached);
          return sum;
        },
        std::plus<>());
  }
  return reached;
}

/// A stretch of a row.
struct Stretch {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Links each vertex with the neighbours in the stretch that `stretch(v)` gives.
template <NeighbourView View, class Choose>
void link_rows(const View& graph, const Choose& stretch, Forest& forest,
               const RunControl* control) {
  parallel_for(graph.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    if (control != nullptr) control->check();
    for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
      const auto [first, last] = stretch(v);
      if (first == last) continue;
      std::size_t met = 0;
      for (const VertexId other : graph.neighbours(v)) {
        if (met == last) break;
        if (met++ >= first) forest.link(v, other);
      }
    }
  });
}

/// Numbers the roots in their order, then each vertex as its root.
ConnectedComponentsResult numbered(const Forest& forest) {
  const std::size_t n = forest.size();
  ConnectedComponentsResult result{huge_vector<VertexId>(n)};
  std::vector<VertexId> first((n + kGrain - 1) / kGrain + 1, 0);
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
      if (forest.parent(v) == v) result.component[v] = first[begin / kGrain + 1]++;
    }
  });
  std::inclusive_scan(first.begin(), first.end(), first.begin());
  result.components = first.back();
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
      if (forest.parent(v) == v) result.component[v] += first[begin / kGrain];
    }
  });
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
      const VertexId root = forest.parent(v);
      if (root != v) result.component[v] = result.component[root];
    }
  });
  return result;
}

template <NeighbourView View>
ConnectedComponentsResult components_of(const View& graph, const RunControl* control) {
  if (graph.size() == 0) return {};
  const auto together = around_hub(graph, control);
  Forest forest(graph.size(), together);
  link_rows(
      graph,
      [&](VertexId v) {
        return Stretch{0, together.contains(v) ? 0 : kSampled};
      },
      forest, control);
  forest.flatten(control);
  // An edge that this leaves out has one end in the largest tree, and was linked from the other.
  const VertexId largest = forest.frequent_root();
  const auto rest = [&](VertexId v) {
    if (forest.parent(v) == largest) return Stretch{};
    return Stretch{together.contains(v) ? 0 : kSampled, graph.size()};
  };
  link_rows(graph, rest, forest, control);
  forest.flatten(control);
  return numbered(forest);
}

}  // namespace

ConnectedComponentsResult connected_components(const AdjacencyView& graph, RunControl* control) {
  return components_of(graph, control);
}

ConnectedComponentsResult connected_components(const CompressedView& graph, RunControl* control) {
  return components_of(graph, control);
}

}  // namespace lockstep
