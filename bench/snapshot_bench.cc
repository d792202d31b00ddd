// How long do building a graph from columns, writing it, opening it and walking it take, plain and
// compressed, and how large is it?
//   snapshot_bench [scale [trials]]
// One JSON line a case, on a Kronecker graph of 16 edges a vertex; without a scale, on 20 and 22.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "harness.h"
#include "kronecker.h"
#include "lockstep/compressed_graph.h"
#include "lockstep/graph_snapshot.h"

namespace {

using namespace lockstep;

constexpr BuildOptions kDirected{.directed = true, .self_loops = SelfLoops::kDrop};
constexpr BuildOptions kUndirected{.directed = false, .self_loops = SelfLoops::kDrop};

bool has_arc(const CsrView& graph, VertexId from, VertexId to) {
  const auto row = graph.neighbours(from);
  return std::binary_search(row.begin(), row.end(), to);
}

/// Whether every edge given stands in the rows it belongs in, no row has a repeat, and what was
/// left out adds up.
bool verify_build(const EdgeList& edges, const BuiltGraph& built) {
  const auto& both = built.graph.both_ways();
  const auto is_there = [&](std::size_t i) {
    const auto u = edges.source[i];
    const auto v = edges.target[i];
    return u == v || (has_arc(both.out, u, v) && has_arc(both.in, v, u));
  };
  const auto ascends = [&](std::size_t v) {
    const auto row = both.out.neighbours(static_cast<VertexId>(v));
    return std::adjacent_find(row.begin(), row.end(), std::greater_equal<>()) == row.end();
  };
  const auto all = [](std::size_t n, const auto& good) {
    return parallel_reduce(
        n, 1 << 12, true,
        [&](std::size_t begin, std::size_t end) {
          while (begin < end && good(begin)) ++begin;
          return begin == end;
        },
        std::logical_and<>());
  };
  return built.graph.edge_count() + built.self_loops + built.repeats == edges.source.size() &&
         all(edges.source.size(), is_there) && all(built.graph.size(), ascends);
}

/// Sum of the neighbours of all vertices: a walk over every row.
template <NeighbourView View>
std::uint64_t walk(const View& graph) {
  return parallel_reduce(
      graph.size(), 1 << 12, std::uint64_t{0},
      [&](std::size_t begin, std::size_t end) {
        std::uint64_t sum = 0;
        for (auto v = begin; v < end; ++v) {
          for (const VertexId u : graph.neighbours(static_cast<VertexId>(v))) sum += u;
        }
        return sum;
      },
      std::plus<>());
}

/// The cases on one graph, and the folder that its files go to.
class SnapshotBench {
 public:
  SnapshotBench(unsigned scale, int trials)
      : suffix_("_kron" + std::to_string(scale)), trials_(trials) {
    std::string folder = (std::filesystem::temp_directory_path() / "snapshot-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) std::exit(1);
    folder_ = folder;
  }
  ~SnapshotBench() { std::filesystem::remove_all(folder_); }
  SnapshotBench(const SnapshotBench&) = delete;
  SnapshotBench& operator=(const SnapshotBench&) = delete;

  void build(const EdgeList& edges) {
    BuiltGraph built;
    for (const auto& [name, options] :
         {std::pair("build_directed", kDirected), std::pair("build", kUndirected)}) {
      time(
          name, edges.vertices, edges.source.size(),
          [&] {
            built = {};
            built = build_graph(edges.vertices, edges.columns(), options);
          },
          [&] { return verify_build(edges, built); });
    }
    graph_ = built.graph;
  }

  void files() {
    const auto path = folder_ / "plain.csr";
    const auto view = graph_.view();
    const auto same = [&](const GraphSnapshot& file) {
      return std::ranges::equal(file.graph().view().targets, view.targets) &&
             std::ranges::equal(file.graph().view().offsets, view.offsets);
    };
    time(
        "snapshot_write", [&] { write_snapshot(path, graph_.both_ways()); },
        [&] { return same(GraphSnapshot::open(path)); });
    std::optional<GraphSnapshot> opened;
    time(
        "snapshot_open_full", [&] { opened = GraphSnapshot::open(path); },
        [&] { return same(*opened); });
    const auto open_often = [&] {
      for (int i = 0; i < 1'000; ++i) opened = GraphSnapshot::open(path, SnapshotCheck::kHeader);
    };
    time("snapshot_open_header_1000_times", open_often, [&] { return same(*opened); });
    tell_bytes("snapshot_bytes", std::filesystem::file_size(path));
  }

  void compressed() {
    const auto view = graph_.view();
    CompressedGraph codes;
    time(
        "compress", [&] { codes = CompressedGraph(view); },
        [&] { return !first_damaged_list(codes.view()) && walk(codes.view()) == walk(view); });
    const auto path = folder_ / "compressed.csr";
    const auto small = codes.view();
    write_snapshot(path, CompressedPair{small, small, false});
    tell_bytes("compressed_bytes", std::filesystem::file_size(path));
    std::optional<GraphSnapshot> opened;
    time(
        "compressed_open_full", [&] { opened = GraphSnapshot::open(path); },
        [&] { return walk(opened->compressed().out) == walk(view); });
    std::uint64_t sum = 0;
    time(
        "walk_plain", [&] { sum = walk(view); }, [&] { return sum == walk(small); });
    time(
        "walk_compressed", [&] { sum = walk(small); }, [&] { return sum == walk(view); });
  }

 private:
  void time(const char* name, const std::function<void()>& work,
            const std::function<bool()>& verify) const {
    time(name, graph_.size(), graph_.view().arc_count(), work, verify);
  }
  void time(const char* name, std::uint64_t n, std::uint64_t m, const std::function<void()>& work,
            const std::function<bool()>& verify) const {
    report({(name + suffix_).c_str(), n, m}, trials_, work, verify);
  }
  void tell_bytes(const char* name, std::uint64_t bytes) const {
    std::printf("{\"case\":\"%s%s\",\"bytes\":%lu,\"bytes_per_arc\":%.3f}\n", name, suffix_.c_str(),
                bytes, static_cast<double>(bytes) / static_cast<double>(graph_.view().arc_count()));
  }

  std::string suffix_;
  int trials_;
  std::filesystem::path folder_;
  Graph graph_;
};

void bench(unsigned scale, int trials) {
  SnapshotBench cases(scale, trials);
  cases.build(kronecker(scale, 16, 1));
  cases.files();
  cases.compressed();
}

}  // namespace

int main(int argc, char** argv) {
  const int trials = argc > 2 ? std::atoi(argv[2]) : 3;
  if (argc > 1) {
    bench(static_cast<unsigned>(std::atoi(argv[1])), trials);
    return 0;
  }
  bench(20, trials);
  bench(22, trials);
  return 0;
}
