#include "lockstep/graph.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "rows.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 14;

/// Subnormal weights may not stand in a graph, since shares of them overflow.
bool is_fit(const EdgeSource& edges, SelfLoops loops, std::size_t i) {
  const VertexId source = edges.source[i];
  const VertexId target = edges.target[i];
  if (source >= edges.vertex_count || target >= edges.vertex_count) return false;
  if (source == target && loops == SelfLoops::kRefuse) return false;
  if (!edges.weighted) return true;
  const double weight = edges.weight[i];
  return weight > 0.0 && std::isnormal(weight);
}

[[noreturn]] void refuse(const EdgeSource& edges, SelfLoops loops, std::size_t i) {
  const VertexId source = edges.source[i];
  const VertexId target = edges.target[i];
  const auto name = "edge " + std::to_string(i) + " (" + std::to_string(source) + ", " +
                    std::to_string(target) + ")";
  if (source >= edges.vertex_count || target >= edges.vertex_count) {
    throw InvalidArgument(name + " names a vertex past the " + std::to_string(edges.vertex_count) +
                          " of the graph");
  }
  if (source == target && loops == SelfLoops::kRefuse) {
    throw InvalidArgument(name + " is a self-loop; leave it out, or ask for them to be dropped");
  }
  throw InvalidArgument(name + " has weight " + std::to_string(edges.weight[i]) +
                        "; weights must be positive and finite, and not below 2.3e-308");
}

/// Names the first bad edge, whatever the threads.
void check(const EdgeSource& edges, SelfLoops loops) {
  const auto first_bad = parallel_reduce(
      edges.size, kGrain, edges.size,
      [&](std::size_t begin, std::size_t end) {
        while (begin < end && is_fit(edges, loops, begin)) ++begin;
        return begin < end ? begin : edges.size;
      },
      [](std::size_t a, std::size_t b) { return std::min(a, b); });
  if (first_bad < edges.size) refuse(edges, loops, first_bad);
  if (!edges.weighted) return;
  const double total = parallel_reduce(
      edges.size, kGrain, 0.0,
      [&](std::size_t begin, std::size_t end) {
        double sum = 0.0;
        for (; begin < end; ++begin) sum += edges.weight[begin];
        return sum;
      },
      std::plus<>());
  if (!std::isfinite(2.0 * total)) {
    throw InvalidArgument("the sum of the edge weights overflows; divide them by a constant");
  }
}

EdgeSource as_source(VertexId vertex_count, const EdgeColumns& edges) {
  const auto size = edges.source.size();
  if (edges.target.size() != size || (!edges.weight.empty() && edges.weight.size() != size) ||
      (!edges.time.empty() && edges.time.size() != size)) {
    throw InvalidArgument("the columns of the edges have different lengths: source " +
                          std::to_string(size) + ", target " + std::to_string(edges.target.size()) +
                          ", weight " + std::to_string(edges.weight.size()) + ", time " +
                          std::to_string(edges.time.size()));
  }
  EdgeSource source{vertex_count, size, Column(edges.source), Column(edges.target)};
  source.weight = Column(edges.weight);
  source.time = Column(edges.time);
  source.weighted = !edges.weight.empty();
  source.timed = !edges.time.empty();
  return source;
}

/// The arrays of a graph in memory, and the look at them that its holders share.
struct Held {
  Rows out;
  Rows in;
  GraphView view;
};

BuiltGraph build(const EdgeSource& edges, const BuildOptions& options, RunControl* control) {
  check(edges, options.self_loops);
  const auto held = std::make_shared<Held>();
  held->out = build_rows(edges, options.directed ? RowsOf::kSource : RowsOf::kBoth, control);
  if (options.directed) held->in = build_rows(edges, RowsOf::kTarget, control);
  const Rows& in = options.directed ? held->in : held->out;
  held->view = {held->out.view(), in.view(), held->out.times.view(), in.times.view(),
                options.directed};
  const auto arcs_an_edge = options.directed ? 1U : 2U;
  return {Graph(std::shared_ptr<const GraphView>(held, &held->view)), held->out.loops,
          held->out.merged / arcs_an_edge};
}

}  // namespace

const GraphView& Graph::empty_view() {
  static constexpr std::array<EdgeIndex, 1> kOffsets{0};
  static const GraphView kView{{{kOffsets, {}}, {}}, {{kOffsets, {}}, {}}, {}, {}, false};
  return kView;
}

Graph Graph::rows_alone() const {
  struct Bare {
    Graph whole;
    GraphView view;
  };
  const auto bare = std::make_shared<Bare>(Bare{*this, both_ways()});
  bare->view.out.weights = bare->view.in.weights = {};
  bare->view.out_times = bare->view.in_times = {};
  return Graph(std::shared_ptr<const GraphView>(bare, &bare->view));
}

Graph Graph::undirected(VertexId vertex_count, std::span<const WeightedEdge> edges) {
  constexpr std::size_t kStride = sizeof(WeightedEdge);
  EdgeSource source{vertex_count, edges.size()};
  if (!edges.empty()) {
    source.source = Column(&edges.front().source, kStride);
    source.target = Column(&edges.front().target, kStride);
    source.weight = Column(&edges.front().weight, kStride);
  }
  source.weighted = true;
  return build(source, {}, nullptr).graph;
}

BuiltGraph build_graph(VertexId vertex_count, const EdgeColumns& edges, const BuildOptions& options,
                       RunControl* control) {
  return build(as_source(vertex_count, edges), options, control);
}

}  // namespace lockstep
