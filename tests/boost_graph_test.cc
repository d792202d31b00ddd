#include "lockstep/boost_graph.h"

#include <gtest/gtest.h>

#include <boost/concept/assert.hpp>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/betweenness_centrality.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/graph/graph_concepts.hpp>

#include "support/random_graph.h"

namespace lockstep {
namespace {

BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<CsrView>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<CsrView>));
BOOST_CONCEPT_ASSERT((boost::AdjacencyGraphConcept<CsrView>));
BOOST_CONCEPT_ASSERT((boost::EdgeListGraphConcept<CsrView>));

using Copy = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                                   boost::property<boost::edge_weight_t, double>>;

Copy copy_of(CsrView view) {
  Copy copy(view.size());
  for (VertexId v = 0; v < view.size(); ++v) {
    for (std::size_t i = 0; i < view.degree(v); ++i) {
      boost::add_edge(v, view.neighbours(v)[i], view.neighbour_weights(v)[i], copy);
    }
  }
  return copy;
}

template <class G>
std::vector<int> levels(const G& graph, std::size_t n) {
  std::vector<int> level(n, -1);
  level[0] = 0;
  const auto map =
      boost::make_iterator_property_map(level.begin(), get(boost::vertex_index, graph));
  boost::breadth_first_search(
      graph, 0U,
      boost::visitor(boost::make_bfs_visitor(boost::record_distances(map, boost::on_tree_edge()))));
  return level;
}

template <class G>
std::vector<double> distances(const G& graph, std::size_t n) {
  std::vector<double> distance(n);
  boost::dijkstra_shortest_paths(graph, 0U,
                                 boost::weight_map(get(boost::edge_weight, graph))
                                     .distance_map(boost::make_iterator_property_map(
                                         distance.begin(), get(boost::vertex_index, graph))));
  return distance;
}

template <class G>
std::vector<double> betweenness(const G& graph, std::size_t n) {
  std::vector<double> centrality(n);
  boost::brandes_betweenness_centrality(
      graph,
      boost::make_iterator_property_map(centrality.begin(), get(boost::vertex_index, graph)));
  return centrality;
}

TEST(BoostGraph, AlgorithmsAgreeWithACopyOnRandomGraphs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(30, 15 + 2 * seed, seed);
    const auto view = graph.view();
    const auto copy = copy_of(view);
    EXPECT_EQ(levels(view, 30), levels(copy, 30));
    EXPECT_EQ(distances(view, 30), distances(copy, 30));
    EXPECT_EQ(betweenness(view, 30), betweenness(copy, 30));
  }
}

TEST(BoostGraph, ArcsKnowTheirTailsAndWeights) {
  const auto graph = random_graph(40, 60, 2);
  const auto view = graph.view();
  VertexId tail = 0;
  EdgeIndex index = 0;
  for (auto [arc, end] = edges(view); arc != end; ++arc, ++index) {
    while (index == view.offsets[tail + 1ULL]) ++tail;
    EXPECT_EQ(*arc, (Arc{tail, view.targets[index], index}));
    EXPECT_EQ(get(boost::edge_weight, view, *arc), view.weights[index]);
  }
  EXPECT_EQ(index, num_edges(view));
}

}  // namespace
}  // namespace lockstep
