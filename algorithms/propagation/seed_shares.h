#pragma once

#include <span>
#include <vector>

#include "lockstep/algorithms/propagation.h"
#include "lockstep/compressed_graph.h"

namespace lockstep {

/// The sum of the seeds' weights.
/// Throws InvalidArgument on no seeds, a seed past `vertex_count` or a weight out of range.
[[nodiscard]] double seed_total(VertexId vertex_count, std::span<const Seed> seeds);

/// The seeds' weights as shares of their sum, one a vertex of a graph. Throws as `seed_total`.
[[nodiscard]] std::vector<double> seed_shares(VertexId vertex_count, std::span<const Seed> seeds);

/// Throws InvalidArgument unless `damping` is in [0, 1).
void check_damping(double damping);

/// What the neighbours of v hold, times the weight of the arc to each.
[[nodiscard]] double row_sum(const CsrView& graph, VertexId v, std::span<const double> values);

/// The sum of the weights around each vertex.
[[nodiscard]] std::vector<double> vertex_strengths(const CsrView& graph);
[[nodiscard]] std::vector<double> vertex_strengths(const CompressedView& graph);

}  // namespace lockstep
