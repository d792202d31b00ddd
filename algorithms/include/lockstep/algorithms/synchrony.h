#pragma once

#include <span>
#include <vector>

#include "lockstep/bipartite.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct SynchronyOptions {
  int cells = 20;            ///< of the grid along each feature, 1 to 1000
  VertexId min_objects = 5;  ///< accounts with fewer get no score, at least 1
};

/// Two numbers for each object, which say what kind of object it is.
struct ObjectFeatures {
  std::vector<double> x;
  std::vector<double> y;
};

/// How alike an account's objects are, one value an account; NaN below `min_objects`.
struct SynchronyResult {
  std::vector<double> synchronicity;  ///< share of pairs of its objects that lie in one cell
  std::vector<double> normality;      ///< share of pairs of its and all objects that do
  std::vector<double> bound;          ///< the least synchronicity that such a normality allows
  std::vector<double> residual;       ///< synchronicity - bound, 0 to 1
  std::vector<double> z;              ///< residual in standard deviations of all accounts scored
};

/// log10 of each object's number of accounts, and of its authority (HITS, 30 rounds, the largest
/// being 1 and the least counted 1e-12). O(30 edges), same bits for any thread count.
/// Source: Kleinberg, "Authoritative Sources in a Hyperlinked Environment", JACM 1999.
[[nodiscard]] ObjectFeatures object_features(const BipartiteView& graph,
                                             RunControl* control = nullptr);

/// Scores every account by how much more alike its objects are than those of an account with as
/// common a taste: what is paid for acts on what it is told to, and that is of one kind.
///
/// The plane of the two features is split into cells of equal size between the least and the
/// largest value. With f and b the shares of an account's and of all objects in each of the M
/// cells that hold any, synchronicity is s = f.f and normality n = f.b; no f has
/// s below (2n - M n^2 - b.b) / (1 - M b.b). Pairs of an object with itself count, as in the
/// source: an account with few objects is alike by their number alone, hence `min_objects`.
/// Objects without accounts are passed over. O(edges) time; same bits for any thread count.
/// Throws InvalidArgument on an option out of range, features that are not finite or not one an
/// object; Interrupted. A high score says that the objects are alike, not why.
/// Source: Jiang et al., "CatchSync: Catching Synchronized Behavior in Large Directed Graphs",
/// KDD 2014.
[[nodiscard]] SynchronyResult synchrony(const BipartiteView& graph, std::span<const double> x,
                                        std::span<const double> y,
                                        const SynchronyOptions& options = {},
                                        RunControl* control = nullptr);

}  // namespace lockstep
