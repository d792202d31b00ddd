// How long does it take to find communities, and how good are they?
//   community_bench KIND SIZE [trials]     KIND is lfr (vertices) or kronecker (scale)
// One JSON line a method; each result is verified: quality counted again, communities connected.

#include <cstdio>
#include <cstdlib>
#include <string>

#include "harness.h"
#include "kronecker.h"
#include "lfr.h"
#include "lockstep/algorithms/label_propagation.h"
#include "lockstep/algorithms/leiden.h"
#include "lockstep/algorithms/louvain.h"

namespace {

using namespace lockstep;

/// Communities that fall apart: connected parts of them beyond one each.
VertexId surplus_parts(AdjacencyView graph, const std::vector<VertexId>& community,
                       VertexId communities) {
  std::vector<char> seen(graph.size(), 0);
  std::vector<VertexId> stack;
  VertexId parts = 0;
  for (VertexId start = 0; start < graph.size(); ++start) {
    if (seen[start] != 0) continue;
    ++parts;
    seen[start] = 1;
    stack.push_back(start);
    while (!stack.empty()) {
      const VertexId v = stack.back();
      stack.pop_back();
      for (const VertexId other : graph.neighbours(v)) {
        if (seen[other] != 0 || community[other] != community[start]) continue;
        seen[other] = 1;
        stack.push_back(other);
      }
    }
  }
  return parts - communities;
}

double modularity(AdjacencyView graph, const std::vector<VertexId>& community) {
  std::vector<double> mass(graph.size(), 0.0);
  double inside = 0.0;
  for (VertexId v = 0; v < graph.size(); ++v) {
    mass[community[v]] += static_cast<double>(graph.degree(v));
    for (const VertexId other : graph.neighbours(v)) {
      inside += community[other] == community[v] ? 1.0 : 0.0;
    }
  }
  const auto total = static_cast<double>(graph.arc_count());
  for (const double m : mass) inside -= m * m / total;
  return inside / total;
}

/// Times `find`, which splits the graph; Leiden's communities must be connected.
template <class Find>
void bench_split(const std::string& name, const Graph& graph, bool connected, int trials,
                 const Find& find) {
  CsrView view = graph.view();
  Communities found;
  report(
      {name.c_str(), graph.size(), graph.edge_count()}, trials, [&] { found = find(view); },
      [&] {
        return std::abs(modularity(view, found.community) - found.quality) < 1e-9 &&
               (!connected || surplus_parts(view, found.community, found.communities) == 0);
      });
  std::printf("{\"case\":\"%s\",\"communities\":%u,\"quality\":%.6f,\"rounds\":%d}\n", name.c_str(),
              found.communities, found.quality, found.rounds);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: community_bench lfr|kronecker SIZE [trials]\n", stderr);
    return 2;
  }
  const std::string kind = argv[1];
  const auto size = static_cast<unsigned>(std::atoi(argv[2]));
  const int trials = argc > 3 ? std::atoi(argv[3]) : 3;
  const EdgeList edges = kind == "lfr" ? lfr(size, 0.3, 1).edges : kronecker(size, 16, 1);
  const auto built = build_graph(edges.vertices, edges.columns(), {.self_loops = SelfLoops::kDrop});
  const auto input = "_" + kind + "_" + argv[2];
  const auto& graph = built.graph;
  bench_split("leiden_one_round" + input, graph, true, trials,
              [](const CsrView& view) { return leiden(view, {.max_rounds = 1}); });
  bench_split("leiden" + input, graph, true, trials,
              [](const CsrView& view) { return leiden(view); });
  bench_split("louvain" + input, graph, false, trials,
              [](const CsrView& view) { return louvain(view); });
  bench_split("label_propagation" + input, graph, false, trials,
              [](const CsrView& view) { return label_propagation(view); });
  return 0;
}
