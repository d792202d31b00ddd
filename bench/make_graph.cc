// Writes a generated graph as raw little-endian columns, for the benches in Python.
//   make_graph kronecker SCALE DEGREE FOLDER      source.u32 target.u32 graph.json
//   make_graph lfr VERTICES FOLDER                mixing 0.3
// Each edge stands there once, from its smaller end, sorted; without self-loops and repeats.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "kronecker.h"
#include "lfr.h"
#include "lockstep/graph.h"
#include "raw_columns.h"

namespace {

using namespace lockstep;

bool write_graph(const std::string& folder, const Graph& graph) {
  const auto view = graph.view();
  std::vector<VertexId> source;
  std::vector<VertexId> target;
  source.reserve(graph.edge_count());
  target.reserve(graph.edge_count());
  VertexId hub = 0;
  for (VertexId v = 0; v < view.size(); ++v) {
    if (view.degree(v) > view.degree(hub)) hub = v;
    for (const VertexId other : view.neighbours(v)) {
      if (other < v) continue;
      source.push_back(v);
      target.push_back(other);
    }
  }
  const std::string about = "{\"vertices\": " + std::to_string(view.size()) +
                            ", \"edges\": " + std::to_string(source.size()) +
                            ", \"bfs_source\": " + std::to_string(hub) + "}\n";
  return write_column(folder + "/source.u32", source) &&
         write_column(folder + "/target.u32", target) &&
         write_column(folder + "/graph.json", std::vector<char>(about.begin(), about.end()));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string kind = argc > 1 ? argv[1] : "";
  const bool is_kronecker = kind == "kronecker" && argc == 5;
  const bool is_lfr = kind == "lfr" && argc == 4;
  if (!is_kronecker && !is_lfr) {
    std::fputs("usage: make_graph kronecker SCALE DEGREE FOLDER | lfr VERTICES FOLDER\n", stderr);
    return 2;
  }
  const auto size = static_cast<unsigned>(std::atoi(argv[2]));
  const EdgeList edges = is_lfr ? lfr(size, 0.3, 1).edges
                                : kronecker(size, static_cast<unsigned>(std::atoi(argv[3])), 1);
  const auto built = build_graph(edges.vertices, edges.columns(), {.self_loops = SelfLoops::kDrop});
  const std::string folder = argv[argc - 1];
  const bool written = write_graph(folder, built.graph);
  if (!written) std::fprintf(stderr, "cannot write to %s\n", folder.c_str());
  return written ? 0 : 1;
}
