#pragma once

#include <vector>

#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

/// Rates every arc of an undirected graph by how far its ends' neighbourhoods overlap: weight
/// times (shared neighbours + 0.1) / (the smaller of the two degrees), above 0.
///
/// An edge that was drawn at random closes few triangles and comes out weak, without a look at
/// any label; the 0.1 keeps an edge without triangles an edge. One value an arc, in the order of
/// `graph.targets`. O(sum over edges of both degrees) time; same bits for any thread count.
/// Throws Interrupted once `control` is cancelled.
/// Source: Gao et al., "SybilFuse", IEEE CNS 2018 (edge trust); the overlap is Ravasz's, Science
/// 2002.
[[nodiscard]] std::vector<double> edge_overlap(const CsrView& graph,
                                               const RunControl* control = nullptr);

}  // namespace lockstep
