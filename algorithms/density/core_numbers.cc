#include "lockstep/algorithms/core_numbers.h"

#include <algorithm>
#include <atomic>
#include <numeric>

#include "lockstep/huge_pages.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 12;
constexpr std::size_t kPeelGrain = 1 << 8;

/// Takes one neighbour from v, unless v has no more than k left; whether it now falls to k. Of
/// several threads that take the last ones, one alone is told so.
bool fall(std::vector<VertexId>& left, VertexId v, VertexId k) {
  std::atomic_ref at(left[v]);
  VertexId now = at.load(std::memory_order_relaxed);
  while (now > k && !at.compare_exchange_weak(now, now - 1, std::memory_order_relaxed)) {
  }
  return now == k + 1;
}

/// Takes away all vertices of core number k: those that begin with k neighbours left, and whoever
/// falls to k on the way, each by the thread that saw it fall.
template <NeighbourView View>
void peel(const View& graph, VertexId k, const std::vector<VertexId>& first,
          std::vector<VertexId>& left, const RunControl* control) {
  parallel_for(first.size(), kPeelGrain, [&](std::size_t begin, std::size_t end) {
    std::vector<VertexId> stack(first.begin() + static_cast<std::ptrdiff_t>(begin),
                                first.begin() + static_cast<std::ptrdiff_t>(end));
    while (!stack.empty()) {
      if (control != nullptr) control->check();
      const VertexId v = stack.back();
      stack.pop_back();
      for (const VertexId other : graph.neighbours(v)) {
        if (fall(left, other, k)) stack.push_back(other);
      }
    }
  });
}

template <NeighbourView View>
CoreNumbersResult cores_of(const View& graph, const RunControl* control) {
  const std::size_t n = graph.size();
  CoreNumbersResult result{huge_vector<VertexId>(n)};
  std::vector<VertexId>& left = result.core;  // neighbours left; stands still at the core number
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
      left[v] = static_cast<VertexId>(graph.degree(v));
    }
  });
  auto present = huge_vector<VertexId>(n);
  std::iota(present.begin(), present.end(), 0U);
  std::vector<VertexId> first;
  for (VertexId k = 0; !present.empty(); ++k) {
    if (control != nullptr) control->check();
    first.clear();
    // All rounds together look at sum(core + 2) vertices here: no more than there are arcs.
    std::erase_if(present, [&](VertexId v) {
      if (left[v] == k) first.push_back(v);
      return left[v] <= k;
    });
    if (!first.empty()) result.largest = k;
    peel(graph, k, first, left, control);
  }
  return result;
}

}  // namespace

CoreNumbersResult core_numbers(const AdjacencyView& graph, RunControl* control) {
  return cores_of(graph, control);
}

CoreNumbersResult core_numbers(const CompressedView& graph, RunControl* control) {
  return cores_of(graph, control);
}

}  // namespace lockstep
