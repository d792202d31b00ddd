#pragma once

#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

/// The same undirected graph with edges weighted by how far their ends' neighbourhoods overlap:
/// weight times (shared neighbours + 0.1) / (the smaller of the two degrees), above 0.
///
/// An edge that was drawn at random closes few triangles and comes out weak, without a look at
/// any label; the 0.1 keeps an edge without triangles an edge. Shares the arrays of `graph`, eight
/// bytes an arc beside them. O(sum over edges of both degrees) time; same bits for any thread
/// count. Throws InvalidArgument on a directed graph, Interrupted once `control` is cancelled.
/// Source: Gao et al., "SybilFuse", IEEE CNS 2018 (edge trust); the overlap is Ravasz's, Science
/// 2002.
[[nodiscard]] Graph edge_overlap(const Graph& graph, const RunControl* control = nullptr);

}  // namespace lockstep
