#pragma once

#include <span>
#include <vector>

#include "lockstep/algorithms/force_layout.h"
#include "quadtree.h"

namespace lockstep {

/// A connected part of a graph, its vertices numbered from 0.
struct Component {
  std::vector<VertexId> members;   ///< in the graph
  std::vector<EdgeIndex> offsets;  ///< one more than members
  std::vector<VertexId> targets;
  std::vector<float> weights;  ///< one an arc, the mean of the graph's being 1
  std::vector<Point> at;       ///< where its vertices are; in the end about their middle
};

/// Moves the vertices of a component from where they are by ForceAtlas2.
void lay_out(Component& component, const ForceLayoutOptions& options, RunControl* control);

}  // namespace lockstep
