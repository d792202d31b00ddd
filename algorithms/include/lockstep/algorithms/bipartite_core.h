#pragma once

#include <vector>

#include "lockstep/bipartite.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct BipartiteCoreOptions {
  VertexId min_accounts = 2;  ///< beta: accounts that an object must keep to count, at least 1
};

struct BipartiteCoreResult {
  std::vector<VertexId> core;  ///< one a vertex: the largest alpha whose core holds it; 0 for none
  VertexId largest = 0;
};

/// Finds for every account and object the largest alpha whose (alpha, beta)-core holds it: what is
/// left once accounts with fewer than alpha objects, and objects with fewer than beta =
/// `min_accounts` accounts, among those left, are taken away, again and again.
///
/// Two numbers, and not the one of a k-core, for the sides mean different things: beta says how
/// many accounts make an object shared, alpha how many such objects an account must share. The
/// k-core of the graph, where both are k, is what `core_numbers` finds; it would pass over two
/// hundred accounts that share four objects alone.
/// All cores of one beta in one call. Accounts of one number are peeled in parallel, then those of
/// the next. O(edges) time, 12 bytes a vertex; the numbers are unique, so threads do not change
/// them. Throws InvalidArgument on `min_accounts` of 0, Interrupted once `control` is cancelled.
/// Source: Liu et al., "Efficient (alpha, beta)-core Computation: an Index-based Approach",
/// WWW 2019; Kabir and Madduri, "Parallel k-core Decomposition on Multicore Platforms", IPDPSW
/// 2017.
[[nodiscard]] BipartiteCoreResult bipartite_core(const BipartiteView& graph,
                                                 const BipartiteCoreOptions& options = {},
                                                 RunControl* control = nullptr);

}  // namespace lockstep
