#include "lockstep/algorithms/explaining_paths.h"

#include <algorithm>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "lockstep/boost_graph.h"
#include "lockstep/error.h"
#include "seed_shares.h"

namespace lockstep {
namespace {

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
    return -std::log(cost.damping * cost.graph.weights[arc.index] / cost.strengths[arc.tail]);
  }
};

/// The step into each vertex on its cheapest walk, the smaller tail of equally cheap ones;
/// a seed whose own start is as cheap as any step into it has none.
std::vector<VertexId> cheapest_tails(CsrView graph, const StepCost& step,
                                     const std::vector<double>& start,
                                     const std::vector<double>& cost) {
  std::vector<VertexId> tails(graph.size(), boost::graph_traits<CsrView>::null_vertex());
  std::vector<double> best(graph.size(), kUnreached);
  for (VertexId tail = 0; tail < graph.size(); ++tail) {
    if (cost[tail] == kUnreached) continue;
    for (auto [arc, end] = out_edges(tail, graph); arc != end; ++arc) {
      const double walk = cost[tail] + get(step, *arc);
      if (walk >= best[arc->head] || start[arc->head] <= walk) continue;
      best[arc->head] = walk;
      tails[arc->head] = tail;
    }
  }
  return tails;
}

}  // namespace

std::vector<ExplainingPath> explaining_paths(CsrView graph, std::span<const Seed> seeds,
                                             std::span<const VertexId> targets, double damping) {
  check_damping(damping);
  const auto shares = seed_shares(graph.size(), seeds);
  const auto strengths = vertex_strengths(graph);
  std::vector<double> start(graph.size(), kUnreached);
  std::vector<VertexId> starts;
  for (VertexId v = 0; v < graph.size(); ++v) {
    if (shares[v] == 0.0) continue;
    start[v] = -std::log(shares[v]);
    starts.push_back(v);
  }
  const StepCost step{graph, strengths.data(), damping};

  // Boost's own initialisation would put every source at cost 0; ours start at their shares.
  auto cost = start;
  std::vector<boost::default_color_type> colours(graph.size());
  const auto index = get(boost::vertex_index, graph);
  boost::dijkstra_shortest_paths_no_init(
      graph, starts.begin(), starts.end(), boost::dummy_property_map(),
      boost::make_iterator_property_map(cost.begin(), index), step, index, std::less<>(),
      boost::closed_plus<double>(kUnreached), 0.0, boost::default_dijkstra_visitor(),
      boost::make_iterator_property_map(colours.begin(), index));

  const auto tails = cheapest_tails(graph, step, start, cost);
  std::vector<ExplainingPath> paths;
  for (const VertexId target : targets) {
    if (target >= graph.size()) {
      throw InvalidArgument("target " + std::to_string(target) + " is past the " +
                            std::to_string(graph.size()) + " vertices of the graph");
    }
    ExplainingPath& path = paths.emplace_back();
    if (cost[target] == kUnreached) continue;
    path.probability = std::exp(-cost[target]);
    VertexId at = target;
    for (; tails[at] != boost::graph_traits<CsrView>::null_vertex(); at = tails[at]) {
      path.vertices.push_back(at);
    }
    path.vertices.push_back(at);
    std::reverse(path.vertices.begin(), path.vertices.end());
  }
  return paths;
}

}  // namespace lockstep
