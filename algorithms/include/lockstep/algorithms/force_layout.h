#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/graph.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct ForceLayoutOptions {
  int iterations = 300;    ///< steps that every component takes; at least 1
  double theta = 1.0;      ///< a cell acts as one point below this side per distance; 0 is exact
  double gravity = 1.0;    ///< pull on a vertex to its component's middle; finite, at least 0
  bool lin_log = false;    ///< edges pull by log(1 + length): tighter communities, wider gaps
  std::uint64_t seed = 0;  ///< of the places of vertices without a start
};

/// Where some of the vertices are from before, in any unit; columns of one length.
struct ForceLayoutStart {
  std::span<const VertexId> vertices = {};  ///< without repeats
  std::span<const double> x = {};           ///< finite
  std::span<const double> y = {};           ///< finite
};

struct ForceLayoutResult {
  std::vector<double> x;  ///< one a vertex, in [0, 1]
  std::vector<double> y;  ///< one a vertex, in [0, 1]
};

/// Places the vertices of an undirected graph in the unit square, neighbours near one another.
///
/// Edges pull in proportion to their length and weight (per mean weight), vertices push each other
/// away by (degree + 1)(degree + 1) / distance, far ones together as cells of a quadtree. Each
/// component is laid out alone; then their boxes are put in rows, the largest first, to one scale,
/// and lonely vertices on a grid that takes at most a tenth of the area.
/// Vertices with a start begin there, up to scale, a new one at the mean of its neighbours that
/// have a place: what changed little is drawn much as before.
/// O(iterations * (n log n + edges)) time, 80 bytes a vertex and 8 an arc; single precision inside;
/// same bits for any thread count.
/// Throws InvalidArgument on an option out of range or a bad start, Interrupted once `control` is
/// cancelled.
/// Source: Jacomy, Venturini, Heymann and Bastian, "ForceAtlas2", PLoS ONE 9(6), 2014.
[[nodiscard]] ForceLayoutResult force_layout(const CsrView& graph,
                                             const ForceLayoutOptions& options = {},
                                             const ForceLayoutStart& start = {},
                                             RunControl* control = nullptr);

}  // namespace lockstep
