#include "lockstep/algorithms/explaining_paths.h"

#include <algorithm>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "lockstep/boost_graph.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "seed_shares.h"

namespace lockstep {
namespace {

constexpr VertexId kNone = std::numeric_limits<VertexId>::max();
constexpr double kRounding = 1e-12;  // walks that differ by less are equally probable
constexpr double kUnreached = std::numeric_limits<double>::infinity();

/// Cost of a step: minus the logarithm of its probability.
struct StepCost {
  using value_type = double;
  using reference = double;
  using key_type = Arc;
  using category = boost::readable_property_map_tag;
  CsrView graph;
  const double* strengths;
  double damping;
  friend double get(const StepCost& cost, const Arc& arc) {
    return -std::log(cost.damping * cost.graph.weight(arc.index) / cost.strengths[arc.tail]);
  }
};

/// The cheapest walk to each vertex: what it costs, and where its last step comes from.
struct Walks {
  std::vector<double> cost;
  std::vector<VertexId> tails;  ///< kNone at the start of a walk
};

/// Notes the tail of each step taken and looks for a wish to stop.
struct Watch : boost::dijkstra_visitor<> {
  VertexId* tails;
  const RunControl* control;
  Watch(VertexId* into, const RunControl* shared) : tails(into), control(shared) {}
  void edge_relaxed(const Arc& arc, const CsrView&) const { tails[arc.head] = arc.tail; }
  void examine_vertex(VertexId, const CsrView&) const {
    if (control != nullptr) control->check();
  }
};

/// Among equally cheap steps into each vertex, takes the one from the smallest tail; a seed
/// whose own start is as cheap as any step into it takes none. Only tails that are cheaper than
/// the vertex itself are taken, so that steps too small to change a cost cannot form a circle.
void settle_ties(const StepCost& step, const std::vector<double>& start, Walks& walks) {
  const CsrView graph = step.graph;
  const auto& cost = walks.cost;
  parallel_for(graph.size(), 1 << 12, [&](std::size_t begin, std::size_t end) {
    for (std::size_t v = begin; v < end; ++v) {
      const auto head = static_cast<VertexId>(v);
      const double tied = cost[head] + kRounding * (1.0 + cost[head]);
      if (cost[head] == kUnreached) continue;
      if (start[head] <= tied) {
        walks.tails[head] = kNone;
        continue;
      }
      for (std::size_t i = 0; i < graph.degree(head); ++i) {
        const VertexId tail = graph.neighbours(head)[i];
        const Arc arc{tail, head, graph.offsets[head] + i};
        if (cost[tail] < cost[head] && cost[tail] + get(step, arc) <= tied) {
          walks.tails[head] = tail;
          break;
        }
      }
    }
  });
}

Walks cheapest_walks(const StepCost& step, const std::vector<double>& shares,
                     const RunControl* control) {
  const CsrView graph = step.graph;
  std::vector<double> start(graph.size(), kUnreached);
  std::vector<VertexId> starts;
  for (VertexId v = 0; v < graph.size(); ++v) {
    if (shares[v] == 0.0) continue;
    start[v] = -std::log(shares[v]);
    starts.push_back(v);
  }
  // Boost's own initialisation would put every source at cost 0; ours start at their shares.
  Walks walks{start, std::vector<VertexId>(graph.size(), kNone)};
  std::vector<boost::default_color_type> colours(graph.size());
  const auto index = get(boost::vertex_index, graph);
  boost::dijkstra_shortest_paths_no_init(
      graph, starts.begin(), starts.end(), boost::dummy_property_map(),
      boost::make_iterator_property_map(walks.cost.begin(), index), step, index, std::less<>(),
      boost::closed_plus<double>(kUnreached), 0.0, Watch(walks.tails.data(), control),
      boost::make_iterator_property_map(colours.begin(), index));
  settle_ties(step, start, walks);
  return walks;
}

}  // namespace

std::vector<ExplainingPath> explaining_paths(CsrView graph, std::span<const Seed> seeds,
                                             std::span<const VertexId> targets, double damping,
                                             RunControl* control) {
  check_damping(damping);
  for (const VertexId target : targets) {
    if (target < graph.size()) continue;
    throw InvalidArgument("target " + std::to_string(target) + " is past the " +
                          std::to_string(graph.size()) + " vertices of the graph");
  }
  const auto shares = seed_shares(graph.size(), seeds);
  const auto strengths = vertex_strengths(graph);
  const auto walks = cheapest_walks({graph, strengths.data(), damping}, shares, control);
  std::vector<ExplainingPath> paths;
  for (const VertexId target : targets) {
    ExplainingPath& path = paths.emplace_back();
    if (walks.cost[target] == kUnreached) continue;
    path.probability = std::exp(-walks.cost[target]);
    for (VertexId at = target; at != kNone; at = walks.tails[at]) path.vertices.push_back(at);
    std::reverse(path.vertices.begin(), path.vertices.end());
  }
  return paths;
}

}  // namespace lockstep
