#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/incidence.h"
#include "lockstep/types.h"

namespace lockstep {

/// Edges that a backbone is chosen among: columns of equal length, each pair of ends once, no
/// loops.
struct BackboneEdges {
  VertexId vertex_count = 0;         ///< above every end
  std::span<const VertexId> source;  ///< either end first
  std::span<const VertexId> target;
  std::span<const double> weight;  ///< positive and finite; empty where the method reads none
};

/// What every backbone gives, one value an edge in the order of the edges.
struct BackboneResult {
  std::vector<double> score;       ///< what the method measures; more is a stronger tie
  std::vector<double> log10_p;     ///< of a test; empty where the method is none
  std::vector<double> q_value;     ///< of a test that holds a false discovery rate; else empty
  std::vector<std::uint8_t> kept;  ///< whether the edge is in the backbone
};

/// Throws InvalidArgument, naming the first fault: columns of different lengths, an end past
/// `vertex_count`, a loop, a weight that is not positive and finite, or, where the method needs
/// weights, none. That a pair comes once is for the caller to see to.
void check_edges(const BackboneEdges& edges, bool needs_weights);
/// The same of edges between the accounts of `incidence`.
void check_edges(const BackboneEdges& edges, const Incidence& incidence);

/// Objects that both ends of each edge acted on, whenever. O(smaller row) an edge at best.
[[nodiscard]] std::vector<std::uint32_t> shared_objects(const BackboneEdges& edges,
                                                        const Incidence& incidence);

/// Fills `q_value` and `kept` from `log10_p`: Benjamini and Hochberg over every pair of accounts
/// that acted on anything, the pairs not listed counting as tested with p = 1.
void keep_discoveries(BackboneResult& result, const Incidence& incidence, double fdr);

}  // namespace lockstep
