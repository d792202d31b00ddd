#include "lockstep/algorithms/betweenness.h"

#include <boost/graph/betweenness_centrality.hpp>

#include "lockstep/boost_graph.h"

namespace lockstep {
namespace {

/// Scores by vertex that look for a wish to stop whenever they grow: Boost's loop has no other
/// place for it.
struct WatchedScores {
  using value_type = double;
  using reference = double;
  using key_type = VertexId;
  using category = boost::read_write_property_map_tag;
  double* scores;
  const RunControl* control;
  friend double get(const WatchedScores& map, VertexId v) { return map.scores[v]; }
  friend void put(const WatchedScores& map, VertexId v, double score) {
    if (map.control != nullptr) map.control->check();
    map.scores[v] = score;
  }
};

}  // namespace

std::vector<double> betweenness(const CsrView& graph, RunControl* control) {
  std::vector<double> scores(graph.size(), 0.0);
  // Boost halves the sums itself, since the graph says that it is undirected.
  boost::brandes_betweenness_centrality(graph,
                                        boost::centrality_map(WatchedScores{scores.data(), control})
                                            .vertex_index_map(get(boost::vertex_index, graph)));
  return scores;
}

}  // namespace lockstep
