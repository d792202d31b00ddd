#include "lockstep/algorithms/triangles.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <numeric>
#include <span>

#include "../traversal/degree_order.h"
#include "lockstep/huge_pages.h"
#include "lockstep/mapped_array.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 12;
constexpr std::size_t kCountGrain = 1 << 5;  // the first vertices have most of the work

/// Vertices by place in the order of falling degree, and for each the places before its own that
/// its neighbours have, ascending: the short rows that triangles are counted in.
template <NeighbourView View>
class Ordered {
 public:
  Ordered(const View& graph, const RunControl* control)
      : places_(places_by_degree(graph.size(), graph.size(),
                                 [&](VertexId v) { return graph.degree(v); })),
        vertices_(graph.size()),
        offsets_(huge_vector<EdgeIndex>(graph.size() + 1ULL)),
        before_(graph.arc_count() / 2) {
    parallel_for(graph.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      if (control != nullptr) control->check();
      for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
        const VertexId place = places_[v];
        vertices_[place] = v;
        EdgeIndex count = 0;
        for (const VertexId other : graph.neighbours(v)) count += places_[other] < place ? 1 : 0;
        offsets_[place + 1ULL] = count;
      }
    });
    std::inclusive_scan(offsets_.begin(), offsets_.end(), offsets_.begin());
    parallel_for(graph.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      if (control != nullptr) control->check();
      for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
        const VertexId place = places_[v];
        VertexId* const first = before_.data() + offsets_[place];
        VertexId* last = first;
        for (const VertexId other : graph.neighbours(v)) {
          if (places_[other] < place) *last++ = places_[other];
        }
        std::sort(first, last);
      }
    });
  }

  [[nodiscard]] VertexId place(VertexId v) const { return places_[v]; }
  [[nodiscard]] VertexId vertex(VertexId place) const { return vertices_[place]; }
  [[nodiscard]] std::span<const VertexId> before(VertexId place) const {
    return {before_.data() + offsets_[place], offsets_[place + 1ULL] - offsets_[place]};
  }

 private:
  std::vector<VertexId> places_;
  std::vector<VertexId> vertices_;
  std::vector<EdgeIndex> offsets_;
  MappedArray<VertexId> before_;
};

/// Counts of one thread for the vertex in the middle: which places stand before it and are its
/// neighbours, and the triangles found at each.
struct Tally {
  explicit Tally(std::size_t n) : is_near(n, 0), found(n, 0) {}
  std::vector<std::uint8_t> is_near;
  std::vector<std::uint32_t> found;
};

/// Adds to counts that other threads add to as well.
void add(std::vector<std::uint64_t>& counts, VertexId v, std::uint64_t more) {
  if (more != 0) std::atomic_ref(counts[v]).fetch_add(more, std::memory_order_relaxed);
}

/// The triangles whose middle vertex stands at `middle`, of all neighbours after it. Each vertex
/// gets its share in `counts` where that is not empty.
template <NeighbourView View>
std::uint64_t count_at(const View& graph, const Ordered<View>& order, VertexId middle, Tally& tally,
                       std::vector<std::uint64_t>& counts) {
  const auto near = order.before(middle);
  if (near.empty()) return 0;
  for (const VertexId place : near) tally.is_near[place] = 1;
  std::uint64_t all = 0;
  for (const VertexId last : graph.neighbours(order.vertex(middle))) {
    const VertexId place = order.place(last);
    if (place <= middle) continue;
    std::uint64_t closed = 0;
    if (counts.empty()) {
      for (const VertexId first : order.before(place)) {
        if (first >= middle) break;
        closed += tally.is_near[first];
      }
    } else {
      for (const VertexId first : order.before(place)) {
        if (first >= middle) break;
        closed += tally.is_near[first];
        tally.found[first] += tally.is_near[first];
      }
      add(counts, last, closed);
    }
    all += closed;
  }
  for (const VertexId place : near) {
    tally.is_near[place] = 0;
    if (counts.empty()) continue;
    add(counts, order.vertex(place), tally.found[place]);
    tally.found[place] = 0;
  }
  if (!counts.empty()) add(counts, order.vertex(middle), all);
  return all;
}

template <NeighbourView View>
std::uint64_t count_all(const View& graph, std::vector<std::uint64_t>& counts,
                        const RunControl* control) {
  const VertexId n = graph.size();
  const Ordered<View> order(graph, control);
  std::atomic<std::uint64_t> total{0};
  parallel_for_scratch(
      n, kCountGrain, [&] { return Tally(n); },
      [&](Tally& tally, std::size_t begin, std::size_t end) {
        if (control != nullptr) control->check();
        std::uint64_t sum = 0;
        for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
          sum += count_at(graph, order, v, tally, counts);
        }
        total.fetch_add(sum, std::memory_order_relaxed);
      });
  return total.load();
}

template <NeighbourView View>
TrianglesResult triangles_of(const View& graph, const RunControl* control) {
  TrianglesResult result;
  result.triangles = huge_vector<std::uint64_t>(graph.size());
  if (graph.size() == 0) return result;
  result.total = count_all(graph, result.triangles, control);
  result.clustering.resize(graph.size());
  const double pairs = parallel_reduce(
      graph.size(), kGrain, 0.0,
      [&](std::size_t begin, std::size_t end) {
        double sum = 0.0;
        for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
          const auto degree = static_cast<double>(graph.degree(v));
          const double here = degree * (degree - 1.0) / 2.0;
          const auto closed = static_cast<double>(result.triangles[v]);
          result.clustering[v] = closed == 0.0 ? 0.0 : closed / here;
          sum += here;
        }
        return sum;
      },
      std::plus<>());
  result.transitivity = pairs == 0.0 ? 0.0 : 3.0 * static_cast<double>(result.total) / pairs;
  return result;
}

}  // namespace

TrianglesResult triangles(const AdjacencyView& graph, RunControl* control) {
  return triangles_of(graph, control);
}

TrianglesResult triangles(const CompressedView& graph, RunControl* control) {
  return triangles_of(graph, control);
}

std::uint64_t triangle_count(const AdjacencyView& graph, RunControl* control) {
  std::vector<std::uint64_t> none;
  return graph.size() == 0 ? 0 : count_all(graph, none, control);
}

}  // namespace lockstep
