// How long do building a graph, Leiden and propagation take on graphs of a million edges?
//   graph_bench [edges] [trials]
// One JSON line a case, on two kinds of graph: planted groups of uneven size and degree, where
// the truth is known, and R-MAT, which has hubs and no clear groups.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <string>
#include <unordered_map>

#include "harness.h"
#include "lockstep/algorithms/leiden.h"
#include "lockstep/algorithms/propagation.h"
#include "lockstep/random.h"

namespace {

using namespace lockstep;

struct Planted {
  VertexId vertices = 0;
  std::vector<WeightedEdge> edges;
  std::vector<VertexId> group;  ///< the truth, one a vertex
};

/// Groups of 250 to 5,000 members (smaller ones modularity would merge: its resolution limit); a
/// fifth of the edges join any two vertices, and low members of a group draw more than high ones.
Planted planted_groups(std::size_t edges, SplitMix& random) {
  Planted planted;
  std::vector<VertexId> first{0};
  while (planted.vertices < edges / 10) {
    const auto size = static_cast<VertexId>(std::min(5000.0, 250.0 / (1.0 - random.uniform())));
    planted.group.resize(planted.vertices + size, static_cast<VertexId>(first.size() - 1));
    first.push_back(planted.vertices += size);
  }
  const auto member = [&](VertexId group) {
    const double u = random.uniform();
    const double size = first[group + 1ULL] - first[group];
    return first[group] + static_cast<VertexId>(u * std::sqrt(u) * size);
  };
  while (planted.edges.size() < edges) {
    const auto any = static_cast<VertexId>(random.below(planted.vertices));
    const bool crosses = random.below(5) == 0;
    const auto far = static_cast<VertexId>(random.below(planted.vertices));
    const auto other = crosses ? far : member(planted.group[any]);
    if (any != other) planted.edges.push_back({any, other, 1.0});
  }
  return planted;
}

/// R-MAT with the probabilities of Graph 500: 0.57, 0.19, 0.19, 0.05.
std::vector<WeightedEdge> rmat(unsigned scale, std::size_t edges, SplitMix& random) {
  std::vector<WeightedEdge> drawn;
  while (drawn.size() < edges) {
    VertexId u = 0;
    VertexId v = 0;
    for (unsigned bit = 0; bit < scale; ++bit) {
      const double at = random.uniform();
      u = 2 * u + (at >= 0.76 ? 1 : 0);
      v = 2 * v + ((at >= 0.57 && at < 0.76) || at >= 0.95 ? 1 : 0);
    }
    if (u != v) drawn.push_back({u, v, 1.0});
  }
  return drawn;
}

/// Share of vertices in the group that most of their community comes from.
double purity(const Communities& found, const std::vector<VertexId>& truth) {
  std::vector<std::unordered_map<VertexId, std::size_t>> members(found.communities);
  for (std::size_t v = 0; v < truth.size(); ++v) ++members[found.community[v]][truth[v]];
  std::size_t agree = 0;
  for (const auto& groups : members) {
    std::size_t most = 0;
    for (const auto& [group, count] : groups) most = std::max(most, count);
    agree += most;
  }
  return static_cast<double>(agree) / static_cast<double>(truth.size());
}

/// Whether the quality reported is that of the communities reported, counted per edge, and, of a
/// converged result, whether no vertex would gain by joining a community next to it.
bool verify(CsrView graph, const Communities& found) {
  std::vector<double> strength(graph.size(), 0.0);
  std::vector<double> mass(found.communities, 0.0);
  for (VertexId v = 0; v < graph.size(); ++v) {
    for (const double weight : graph.neighbour_weights(v)) strength[v] += weight;
    mass[found.community[v]] += strength[v];
  }
  const double total = std::accumulate(strength.begin(), strength.end(), 0.0);
  std::unordered_map<VertexId, double> towards;
  double inside = 0.0;
  for (VertexId v = 0; v < graph.size(); ++v) {
    const VertexId own = found.community[v];
    towards.clear();
    for (std::size_t i = 0; i < graph.degree(v); ++i) {
      towards[found.community[graph.neighbours(v)[i]]] += graph.neighbour_weights(v)[i];
    }
    inside += towards[own];
    const double stay = towards[own] - strength[v] * (mass[own] - strength[v]) / total;
    for (const auto& [community, weight] : towards) {
      const double move = weight - strength[v] * mass[community] / total;
      const bool better = community != own && move > stay + 1e-6 * (1.0 + strength[v]);
      if (found.converged && better) return false;
    }
  }
  for (const double m : mass) inside -= m * m / total;
  return std::abs(inside / total - found.quality) < 1e-9;
}

/// Whether the scores solve their equation, pushed along the edges instead of pulled.
bool solves(CsrView graph, VertexId seed, const PropagationResult& found) {
  std::vector<double> want(graph.size(), 0.0);
  double back = 0.15;
  for (VertexId v = 0; v < graph.size(); ++v) {
    const auto weights = graph.neighbour_weights(v);
    const double strength = std::accumulate(weights.begin(), weights.end(), 0.0);
    if (weights.empty()) back += 0.85 * found.scores[v];
    for (std::size_t i = 0; i < weights.size(); ++i) {
      want[graph.neighbours(v)[i]] += 0.85 * found.scores[v] * weights[i] / strength;
    }
  }
  want[seed] += back;
  double apart = 0.0;
  for (VertexId v = 0; v < graph.size(); ++v) apart += std::abs(want[v] - found.scores[v]);
  return found.converged && apart < 1e-8;
}

void bench_build(const std::string& kind, VertexId vertices, const std::vector<WeightedEdge>& edges,
                 int trials, Graph& graph) {
  const auto name = "graph_" + kind;
  report(
      {name.c_str(), vertices, edges.size()}, trials,
      [&] { graph = Graph::undirected(vertices, edges); },
      [&] {
        const auto weights = graph.view().weights;  // all 1, so that sums are exact
        const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
        return sum == 2.0 * static_cast<double>(edges.size());
      });
}

void bench_leiden(const std::string& kind, const Graph& graph, const std::vector<VertexId>& truth,
                  int trials) {
  const auto name = "leiden_" + kind;
  Communities found;
  report(
      {name.c_str(), graph.size(), graph.edge_count()}, trials,
      [&] { found = leiden(graph.view()); },
      [&] {
        const bool pure = truth.empty() || purity(found, truth) > 0.99;
        return pure && verify(graph.view(), found);
      });
  std::printf(
      "{\"case\":\"%s\",\"communities\":%u,\"quality\":%.6f,\"rounds\":%d,\"converged\":%s}\n",
      name.c_str(), found.communities, found.quality, found.rounds,
      found.converged ? "true" : "false");
}

void bench_propagation(const std::string& kind, const Graph& graph, VertexId seed, int trials) {
  const auto name = "propagation_" + kind;
  const std::vector<Seed> seeds{{seed}};
  PropagationResult scored;
  report(
      {name.c_str(), graph.size(), graph.edge_count()}, trials,
      [&] { scored = propagation(graph.view(), seeds); },
      [&] { return solves(graph.view(), seed, scored); });
}

void bench(const std::string& kind, VertexId vertices, const std::vector<WeightedEdge>& edges,
           const std::vector<VertexId>& truth, int trials) {
  Graph graph;
  bench_build(kind, vertices, edges, trials, graph);
  bench_leiden(kind, graph, truth, trials);
  bench_propagation(kind, graph, edges.front().source, trials);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t edges = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const int trials = argc > 2 ? std::atoi(argv[2]) : 3;
  SplitMix random(1);
  const auto planted = planted_groups(edges, random);
  bench("planted", planted.vertices, planted.edges, planted.group, trials);
  const auto scale = static_cast<unsigned>(std::ceil(std::log2(static_cast<double>(edges) / 8.0)));
  bench("rmat", VertexId{1} << scale, rmat(scale, edges, random), {}, trials);
  return 0;
}
