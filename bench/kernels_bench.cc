// How long do the graph kernels take on a Kronecker graph?
//   kernels_bench [scale, default 20] [trials] [FILE]
// One JSON line a case: degree 16, undirected, without weights. FILE is written with the graph as
// the GAP benchmark suite reads it (.sg), so that both can be timed on the same input.

#include <cstdio>
#include <cstdlib>
#include <string>

#include "harness.h"
#include "kronecker.h"
#include "lockstep/algorithms/forward_push.h"
#include "lockstep/algorithms/pagerank.h"
#include "lockstep/random.h"
#include "verify_kernels.h"

namespace {

using namespace lockstep;

constexpr double kSpectralTolerance = 1e-4;

Graph make_graph(unsigned scale) {
  const auto edges = kronecker(scale, 16, 1);
  return build_graph(edges.vertices, edges.columns(), {false, SelfLoops::kDrop}).graph;
}

/// GAP's format: directed or not, arcs, vertices, where rows begin, and the rows; 8 bytes each
/// but the first and the last.
bool write_sg(const AdjacencyView& graph, const char* path) {
  std::FILE* file = std::fopen(path, "wb");
  if (file == nullptr) return false;
  const char directed = 0;
  const std::uint64_t counts[] = {graph.arc_count(), graph.size()};
  bool good = std::fwrite(&directed, 1, 1, file) == 1 && std::fwrite(counts, 8, 2, file) == 2;
  good = good &&
         std::fwrite(graph.offsets.data(), 8, graph.offsets.size(), file) == graph.offsets.size();
  good = good &&
         std::fwrite(graph.targets.data(), 4, graph.targets.size(), file) == graph.targets.size();
  return std::fclose(file) == 0 && good;
}

void bench_search(const BenchCase& input, const AdjacencyView& graph, int trials) {
  SplitMix random(7);
  VertexId source = 0;
  BreadthFirstSearchResult found;
  // Another source each time, as GAP does: how much a search sees depends on where it starts.
  report(
      input, std::max(trials, 16),
      [&] {
        do source = static_cast<VertexId>(random.below(graph.size()));
        while (graph.degree(source) == 0);
        found = breadth_first_search(graph, source);
      },
      [&] { return verifies(graph, source, found); });
}

void bench_triangles(const std::string& suffix, const AdjacencyView& graph, int trials) {
  TrianglesResult found;
  const auto each = "triangles_each" + suffix;
  report(
      {each.c_str(), graph.size(), graph.arc_count() / 2}, trials,
      [&] { found = triangles(graph); }, [&] { return verifies(graph, found); });
  std::uint64_t total = 0;
  const auto name = "triangles_total" + suffix;
  report(
      {name.c_str(), graph.size(), graph.arc_count() / 2}, trials,
      [&] { total = triangle_count(graph); }, [&] { return total == found.total; });
}

void bench_scores(const std::string& suffix, const CsrView& graph, int trials) {
  const GraphView both{graph, graph, {}, {}, false};
  const std::uint64_t m = graph.arc_count() / 2;
  PropagationResult scored;
  const auto rounds = "pagerank_20_rounds" + suffix;
  report(
      {rounds.c_str(), graph.size(), m}, trials,
      [&] { scored = pagerank(both, {.tolerance = 1e-300, .max_rounds = 20}); },
      [&] { return scored.rounds == 20 && pagerank_residual(graph, 0.85, scored.scores) < 1e-3; });
  const auto whole = "pagerank_to_1e-9" + suffix;
  report(
      {whole.c_str(), graph.size(), m}, trials, [&] { scored = pagerank(both); },
      [&] { return scored.converged && pagerank_residual(graph, 0.85, scored.scores) < 2e-9; });
  const std::vector<Seed> seeds{{graph.targets[0]}};
  ForwardPushResult pushed;
  const auto push = "forward_push_1e-7" + suffix;
  report(
      {push.c_str(), graph.size(), m}, trials, [&] { pushed = forward_push(graph, seeds); },
      [&] {
        scored = propagation(graph, seeds);
        for (std::size_t i = 0; i < pushed.vertices.size(); ++i) {
          scored.scores[pushed.vertices[i]] -= pushed.scores[i];
        }
        for (VertexId v = 0; v < graph.size(); ++v) {
          const double allowed = 1e-7 * static_cast<double>(graph.degree(v)) + 1e-8;
          if (std::abs(scored.scores[v]) > allowed) return false;
        }
        return true;
      });
}

void bench_spectral(const std::string& suffix, const CsrView& graph) {
  SpectralEmbeddingResult found;
  const auto name = "spectral_8" + suffix;
  report(
      {name.c_str(), graph.size(), graph.arc_count() / 2}, 1,
      [&] { found = spectral_embedding(graph, {.tolerance = kSpectralTolerance}); },
      [&] { return verifies(graph, found, kSpectralTolerance); });
}

}  // namespace

int main(int argc, char** argv) {
  const auto scale = static_cast<unsigned>(argc > 1 ? std::atoi(argv[1]) : 20);
  const int trials = argc > 2 ? std::atoi(argv[2]) : 3;
  if (scale < 4 || scale > 26) {
    std::fprintf(stderr, "scale is %u; give 4 to 26\n", scale);
    return 2;
  }
  const Graph made = make_graph(scale);
  const CsrView graph = made.view();
  const std::uint64_t m = made.edge_count();
  if (argc > 3 && !write_sg(graph, argv[3])) {
    std::fprintf(stderr, "%s: cannot be written\n", argv[3]);
    return 1;
  }
  const auto suffix = "_kron" + std::to_string(scale);
  ConnectedComponentsResult parts;
  const auto components = "components" + suffix;
  report(
      {components.c_str(), graph.size(), m}, std::max(trials, 8),
      [&] { parts = connected_components(graph); }, [&] { return verifies(graph, parts); });
  const auto search = "search" + suffix;
  bench_search({search.c_str(), graph.size(), m}, graph, trials);
  CoreNumbersResult cores;
  const auto core = "cores" + suffix;
  report(
      {core.c_str(), graph.size(), m}, trials, [&] { cores = core_numbers(graph); },
      [&] { return verifies(graph, cores); });
  bench_scores(suffix, graph, trials);
  if (scale > 20) return 0;  // the rest grows faster than the edges, or takes 1 KiB a vertex
  bench_triangles(suffix, graph, trials);
  bench_spectral(suffix, graph);
  return 0;
}
