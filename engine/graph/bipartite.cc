#include "lockstep/bipartite.h"

#include <algorithm>
#include <string>

#include "lockstep/parallel.h"
#include "lockstep/undirected.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 12;

/// The first vertex of [begin, end) with a neighbour on its own side, or `end`.
std::size_t first_astray(const BipartiteView& view, std::size_t begin, std::size_t end) {
  for (; begin < end; ++begin) {
    const auto row = view.neighbours(static_cast<VertexId>(begin));
    if (row.empty()) continue;
    // Rows are sorted, so that the smallest and the largest neighbour speak for all.
    const bool account = view.is_account(static_cast<VertexId>(begin));
    if (account ? view.is_account(row.front()) : !view.is_account(row.back())) break;
  }
  return begin;
}

}  // namespace

BipartiteView bipartite(const Graph& graph, VertexId accounts) {
  const BipartiteView view{undirected(graph), accounts};
  const std::size_t n = view.size();
  if (accounts > n) {
    throw InvalidArgument("accounts is " + std::to_string(accounts) + ", but the graph has " +
                          std::to_string(n) + " vertices");
  }
  const auto astray = parallel_reduce(
      n, kGrain, n,
      [&](std::size_t begin, std::size_t end) {
        const std::size_t found = first_astray(view, begin, end);
        return found < end ? found : n;
      },
      [](std::size_t a, std::size_t b) { return std::min(a, b); });
  if (astray < n) {
    throw InvalidArgument("vertex " + std::to_string(astray) +
                          " has a neighbour on its own side; each edge must join an account to "
                          "an object");
  }
  return view;
}

}  // namespace lockstep
