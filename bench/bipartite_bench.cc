// How long do dense blocks, cores and synchrony take on who acted on what in a log?
//   bipartite_bench [actions] [trials]
// One JSON line a case. The first block is found again by a plain heap over all vertices, cores by
// deleting from a queue, one size at a time; of synchrony, the planted accounts must stand out.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <queue>

#include "action_generator.h"
#include "harness.h"
#include "lockstep/algorithms/bipartite_core.h"
#include "lockstep/algorithms/dense_blocks.h"
#include "lockstep/algorithms/synchrony.h"

namespace {

using namespace lockstep;

constexpr double kUnit = 0x1p30;  // of the weights, as in the kernel: ties must be the same

/// Greedy peeling of the whole graph by a heap that holds what was pushed before, too.
bool is_densest_of_greedy(const BipartiteView& graph, const DenseBlock& block) {
  const auto weight = [&](VertexId a, VertexId b) {
    const auto accounts = static_cast<double>(graph.degree(std::max(a, b)));
    return static_cast<std::uint64_t>(std::llround(kUnit / std::log(accounts + 5.0)));
  };
  using Entry = std::pair<std::uint64_t, VertexId>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap;
  std::vector<std::uint64_t> left(graph.size(), 0);
  std::uint64_t mass = 0;
  for (VertexId v = 0; v < graph.size(); ++v) {
    for (const VertexId u : graph.neighbours(v)) left[v] += weight(v, u);
    heap.emplace(left[v], v);
    mass += graph.is_account(v) ? left[v] : 0;
  }
  std::vector<char> gone(graph.size(), 0);
  double best = static_cast<double>(mass) / graph.size();
  std::uint64_t kept = graph.size();
  for (std::uint64_t n = graph.size(); n > 1;) {
    const auto [_, v] = heap.top();
    heap.pop();
    if (gone[v] != 0) continue;
    gone[v] = 1;
    mass -= left[v];
    --n;
    for (const VertexId u : graph.neighbours(v)) {
      if (gone[u] == 0) heap.emplace(left[u] -= weight(v, u), u);
    }
    const double density = static_cast<double>(mass) / static_cast<double>(n);
    if (density > best) {
      best = density;
      kept = n;
    }
  }
  return kept == block.accounts.size() + block.objects.size() &&
         std::abs(best / kUnit - block.density) < 1e-9 * block.density;
}

/// Whether what a core number of `alpha` or more says is what is left of deleting.
bool is_core(const BipartiteView& graph, const std::vector<VertexId>& core, VertexId alpha,
             VertexId beta) {
  std::vector<std::size_t> left(graph.size());
  std::vector<VertexId> queue;
  const auto least = [&](VertexId v) { return graph.is_account(v) ? alpha : beta; };
  for (VertexId v = 0; v < graph.size(); ++v) {
    left[v] = graph.degree(v);
    if (left[v] < least(v)) queue.push_back(v);
  }
  std::vector<char> gone(graph.size(), 0);
  for (std::size_t next = 0; next < queue.size(); ++next) {
    gone[queue[next]] = 1;
    for (const VertexId u : graph.neighbours(queue[next])) {
      if (left[u]-- == least(u)) queue.push_back(u);
    }
  }
  for (VertexId v = 0; v < graph.size(); ++v) {
    if ((gone[v] == 0) != (core[v] >= alpha)) return false;
  }
  return true;
}

void blocks(const BipartiteView& graph, const BenchCase& input, int trials, int count) {
  DenseBlocksResult found;
  reset_peak_memory();
  report(
      input, trials, [&] { found = dense_blocks(graph, {.blocks = count}); },
      [&] { return !found.blocks.empty() && is_densest_of_greedy(graph, found.blocks.front()); });
}

void cores(const BipartiteView& graph, const BenchCase& input, int trials) {
  BipartiteCoreResult found;
  report(
      input, trials, [&] { found = bipartite_core(graph); },
      [&] {
        const VertexId most = found.largest;
        return is_core(graph, found.core, 1, 2) && is_core(graph, found.core, most / 2 + 1, 2) &&
               is_core(graph, found.core, most, 2);
      });
}

void score(const BipartiteView& graph, const BenchCase& input, int trials, VertexId organic) {
  SynchronyResult found;
  report(
      input, trials,
      [&] {
        const auto features = object_features(graph);
        found = synchrony(graph, features.x, features.y);
      },
      [&] {
        const auto far = std::count_if(found.z.begin() + organic, found.z.end(),
                                       [](double z) { return z > 3.0; });
        return static_cast<double>(far) > 0.9 * (graph.accounts - organic);
      });
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t actions = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000'000;
  const int trials = argc > 2 ? std::atoi(argv[2]) : 3;
  auto log = generate_log(actions, 1);
  const VertexId accounts = log.account_count;
  const VertexId objects = 1 + *std::max_element(log.objects.begin(), log.objects.end());
  for (VertexId& object : log.objects) object += accounts;
  const Graph graph = build_graph(accounts + objects, {log.accounts, log.objects}).graph;
  const auto view = bipartite(graph, accounts);
  const auto edges = graph.edge_count();
  blocks(view, {"dense blocks, 1", graph.size(), edges}, trials, 1);
  blocks(view, {"dense blocks, 5", graph.size(), edges}, trials, 5);
  cores(view, {"bipartite core", graph.size(), edges}, trials);
  score(view, {"synchrony with features", graph.size(), edges}, trials, log.organic_accounts);
}
