#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "kronecker.h"
#include "lockstep/random.h"

namespace lockstep {

/// A graph with known communities, in the manner of Lancichinetti, Fortunato and Radicchi (2008).
struct LfrGraph {
  EdgeList edges;                    ///< self-loops and repeats occur, few of them
  std::vector<VertexId> membership;  ///< the truth, one a vertex
};

/// Draws from a power law between `low` and `high`.
inline double power_law(double low, double high, double exponent, SplitMix& random) {
  const double a = std::pow(low, 1.0 - exponent);
  const double b = std::pow(high, 1.0 - exponent);
  return std::pow(a + (b - a) * random.uniform(), 1.0 / (1.0 - exponent));
}

/// Joins neighbours in a shuffled list of stubs.
inline void join_stubs(std::vector<VertexId>& stubs, SplitMix& random, EdgeList& edges) {
  random.shuffle(std::span(stubs));
  for (std::size_t i = 1; i < stubs.size(); i += 2) {
    edges.source.push_back(stubs[i - 1]);
    edges.target.push_back(stubs[i]);
  }
  stubs.clear();
}

/// `n` vertices of degree 9 to 200 by a power law of exponent 2.5 (20 on average), in communities
/// of 20 to 1,000 by one of exponent 1.5; a share `mixing` of each vertex's edges leads out of its
/// community. Names are shuffled. Same edges for a seed.
inline LfrGraph lfr(VertexId n, double mixing, std::uint64_t seed) {
  SplitMix random(seed);
  LfrGraph made;
  made.edges.vertices = n;
  std::vector<VertexId> name(n);
  std::iota(name.begin(), name.end(), 0U);
  random.shuffle(std::span(name));
  made.membership.resize(n);
  std::vector<VertexId> inside;
  std::vector<VertexId> outside;
  VertexId community = 0;
  for (VertexId begin = 0; begin < n; ++community) {
    const auto drawn = static_cast<VertexId>(power_law(20.0, 1000.0, 1.5, random));
    const VertexId end = n - begin < drawn + 20 ? n : begin + drawn;
    for (VertexId v = begin; v < end; ++v) {
      const double degree = power_law(9.0, 200.0, 2.5, random);
      const double most = static_cast<double>(end - begin) - 1.0;
      const auto own = static_cast<std::size_t>(std::min((1.0 - mixing) * degree, most) + 0.5);
      const auto other = static_cast<std::size_t>(mixing * degree + random.uniform());
      made.membership[name[v]] = community;
      inside.insert(inside.end(), own, name[v]);
      outside.insert(outside.end(), other, name[v]);
    }
    join_stubs(inside, random, made.edges);
    begin = end;
  }
  join_stubs(outside, random, made.edges);
  return made;
}

}  // namespace lockstep
