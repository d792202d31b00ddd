#include "lockstep/boost_graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/concept/assert.hpp>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/betweenness_centrality.hpp>
#include <boost/graph/biconnected_components.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/graph/graph_concepts.hpp>
#include <boost/graph/kruskal_min_spanning_tree.hpp>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "lockstep/graph_snapshot.h"
#include "support/edge_columns.h"
#include "support/random_graph.h"
#include "support/temporary_folder.h"

namespace lockstep {
namespace {

BOOST_CONCEPT_ASSERT((boost::VertexListGraphConcept<CsrView>));
BOOST_CONCEPT_ASSERT((boost::IncidenceGraphConcept<CsrView>));
BOOST_CONCEPT_ASSERT((boost::AdjacencyGraphConcept<CsrView>));
BOOST_CONCEPT_ASSERT((boost::EdgeListGraphConcept<CsrView>));
BOOST_CONCEPT_ASSERT(
    (boost::ReadablePropertyGraphConcept<CsrView, VertexId, boost::vertex_index_t>));
BOOST_CONCEPT_ASSERT((boost::ReadablePropertyGraphConcept<CsrView, Arc, boost::edge_weight_t>));

using Copy = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property,
                                   boost::property<boost::edge_weight_t, double>>;

/// Adds the edges in the order that gives rows the order of the view, so that sums agree exactly.
Copy copy_of(CsrView view) {
  Copy copy(view.size());
  for (VertexId v = 0; v < view.size(); ++v) {
    for (auto i = view.offsets[v]; i < view.offsets[v + 1ULL]; ++i) {
      if (v < view.targets[i]) boost::add_edge(v, view.targets[i], view.weight(i), copy);
    }
  }
  return copy;
}

template <class T, class G>
auto vertex_map(std::vector<T>& values, const G& graph) {
  return boost::make_iterator_property_map(values.begin(), get(boost::vertex_index, graph));
}

template <class G>
std::vector<int> levels(const G& graph) {
  std::vector<int> level(num_vertices(graph), -1);
  level[0] = 0;
  boost::breadth_first_search(graph, 0U,
                              boost::visitor(boost::make_bfs_visitor(boost::record_distances(
                                  vertex_map(level, graph), boost::on_tree_edge()))));
  return level;
}

template <class G>
std::vector<double> distances(const G& graph) {
  std::vector<double> distance(num_vertices(graph));
  boost::dijkstra_shortest_paths(
      graph, 0U,
      boost::weight_map(get(boost::edge_weight, graph)).distance_map(vertex_map(distance, graph)));
  return distance;
}

template <class G>
std::vector<double> betweenness(const G& graph) {
  std::vector<double> centrality(num_vertices(graph));
  boost::brandes_betweenness_centrality(graph, vertex_map(centrality, graph));
  return centrality;
}

template <class G>
std::pair<int, std::vector<int>> components(const G& graph) {
  std::vector<int> component(num_vertices(graph));
  const int count = boost::connected_components(graph, vertex_map(component, graph));
  return {count, component};
}

/// Each block of edges as the set of the ends of its edges, and the articulation points.
template <class G>
auto blocks(const G& graph) {
  using Edge = typename boost::graph_traits<G>::edge_descriptor;
  const auto ends = [&](const Edge& e) {
    return std::pair<std::size_t, std::size_t>(
        std::minmax<std::size_t>(source(e, graph), target(e, graph)));
  };
  const auto less = [&](const Edge& a, const Edge& b) { return ends(a) < ends(b); };
  std::map<Edge, std::size_t, decltype(less)> block(less);
  std::vector<std::size_t> cuts;
  boost::biconnected_components(graph, boost::make_assoc_property_map(block),
                                std::back_inserter(cuts));
  std::map<std::size_t, std::set<std::pair<std::size_t, std::size_t>>> members;
  for (const auto& [edge, number] : block) members[number].insert(ends(edge));
  return std::pair(members, std::set<std::size_t>(cuts.begin(), cuts.end()));
}

template <class G>
double spanning_weight(const G& graph) {
  std::vector<typename boost::graph_traits<G>::edge_descriptor> tree;
  boost::kruskal_minimum_spanning_tree(graph, std::back_inserter(tree));
  std::vector<double> weights;
  for (const auto& edge : tree) weights.push_back(get(boost::edge_weight, graph, edge));
  std::sort(weights.begin(), weights.end());
  return std::accumulate(weights.begin(), weights.end(), 0.0);
}

//  0 - 1
//   \ /
//    2 - 3 - 4      without 2 or 3 it falls apart
TEST(BoostGraph, FindsTheBridgesOfAHandDrawnGraph) {
  const std::vector<WeightedEdge> edges{{0, 1}, {0, 2}, {1, 2}, {2, 3}, {3, 4}};
  const auto graph = Graph::undirected(5, edges);
  const auto [members, cuts] = blocks(graph.view());
  EXPECT_EQ(members.size(), 3U);
  EXPECT_EQ(cuts, (std::set<std::size_t>{2, 3}));
  EXPECT_EQ(betweenness(graph.view()), (std::vector<double>{0, 0, 4, 3, 0}));
  EXPECT_EQ(num_edges(graph.view()), 5U);
}

TEST(BoostGraph, AlgorithmsAgreeWithACopyOnRandomGraphs) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(30, 15 + 2 * seed, seed);
    const auto view = graph.view();
    const auto copy = copy_of(view);
    EXPECT_EQ(levels(view), levels(copy));
    EXPECT_EQ(distances(view), distances(copy));
    EXPECT_EQ(betweenness(view), betweenness(copy));
    EXPECT_EQ(components(view), components(copy));
    EXPECT_EQ(blocks(view), blocks(copy));
    EXPECT_EQ(spanning_weight(view), spanning_weight(copy));
  }
}

TEST(BoostGraph, AlgorithmsRunOnAMappedFileWithoutWeights) {
  const TemporaryFolder folder;
  const auto edges = random_edge_columns(200, 260, 1);
  const auto graph = build_graph(200, edges.columns(false, false), kUndirected).graph;
  write_snapshot(folder / "graph.csr", graph.both_ways());
  const auto opened = GraphSnapshot::open(folder / "graph.csr").graph();
  const auto view = opened.view();
  const auto copy = copy_of(graph.view());
  EXPECT_EQ(levels(view), levels(copy));
  EXPECT_EQ(distances(view), distances(copy));
  EXPECT_EQ(betweenness(view), betweenness(copy));
  EXPECT_EQ(components(view), components(copy));
  EXPECT_EQ(blocks(view), blocks(copy));
  EXPECT_EQ(spanning_weight(view), static_cast<double>(200 - components(copy).first));
}

TEST(BoostGraph, EachEdgeIsWalkedOnceAndKnowsItsEndsAndWeight) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto graph = random_graph(40, 5 + 3 * seed, seed);  // some vertices stay alone
    const auto view = graph.view();
    std::set<Arc> walked;
    for (auto [arc, end] = edges(view); arc != end; ++arc) {
      EXPECT_LT(source(*arc, view), target(*arc, view));
      EXPECT_EQ(target(*arc, view), view.targets[(*arc).index]);
      EXPECT_EQ(get(boost::edge_weight, view, *arc), view.weights[(*arc).index]);
      EXPECT_TRUE(walked.insert(*arc).second);
    }
    EXPECT_EQ(walked.size(), num_edges(view));
    for (VertexId v = 0; v < view.size(); ++v) {
      EXPECT_EQ(out_degree(v, view), view.degree(v));
      for (auto [arc, end] = out_edges(v, view); arc != end; ++arc) {
        EXPECT_EQ(source(*arc, view), v);
        EXPECT_EQ(walked.count(*arc), 1U) << "both sights of an edge are that edge";
      }
    }
  }
}

TEST(BoostGraph, GraphsWithoutVerticesOrEdges) {
  const Graph none;
  EXPECT_EQ(components(none.view()).first, 0);
  const auto lonely = Graph::undirected(3, {});
  EXPECT_EQ(components(lonely.view()).first, 3);
  const auto [first, last] = edges(lonely.view());
  EXPECT_EQ(first, last);
}

}  // namespace
}  // namespace lockstep
