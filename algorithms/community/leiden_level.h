#pragma once

#include <cstdint>
#include <vector>

#include "lockstep/graph.h"
#include "lockstep/random.h"
#include "lockstep/run_control.h"

namespace lockstep {

/// A graph on one level of aggregation. Edges inside a vertex are left out: moves never see them.
struct LeidenLevel {
  std::vector<EdgeIndex> offsets;
  std::vector<VertexId> targets;
  std::vector<double> weights;      ///< in units of the mean weight of the graph given
  std::vector<double> vertex_mass;  ///< strength (modularity) or number of accounts (CPM)
  double penalty = 0.0;             ///< cost of a pair of masses in one community

  [[nodiscard]] VertexId size() const { return static_cast<VertexId>(vertex_mass.size()); }
};

/// A partition of a level; communities are numbered below the number of vertices.
using Partition = std::vector<VertexId>;

/// Weights from one vertex to the communities around it: a dense table, cleared by its list.
class Surroundings {
 public:
  explicit Surroundings(VertexId communities) : weight_(communities, 0.0) {}

  void add(VertexId community, double weight) {
    if (weight_[community] == 0.0) touched_.push_back(community);
    weight_[community] += weight;
  }
  [[nodiscard]] double to(VertexId community) const { return weight_[community]; }
  [[nodiscard]] const std::vector<VertexId>& communities() const { return touched_; }
  void clear() {
    for (const VertexId community : touched_) weight_[community] = 0.0;
    touched_.clear();
  }

 private:
  std::vector<double> weight_;
  std::vector<VertexId> touched_;
};

/// All vertices of a level of `n`, in random order.
[[nodiscard]] std::vector<VertexId> shuffled_vertices(VertexId n, SplitMix& random);

/// Moves vertices to the neighbouring community of best gain until no move gains anything.
/// Only vertices whose surroundings changed are looked at again (fast local moving).
void move_vertices(const LeidenLevel& level, Partition& partition, SplitMix& random,
                   const RunControl* control);

/// Splits each community into well-connected parts, by merging single vertices at random among
/// the parts that would not lose by it, the more they gain the likelier.
[[nodiscard]] Partition refine(const LeidenLevel& level, const Partition& partition,
                               double randomness, SplitMix& random);

/// Numbers the communities from 0 in the order of their smallest member; returns how many.
VertexId renumber(Partition& partition);

/// One vertex for each community of `parts`, which `renumber` has numbered.
[[nodiscard]] LeidenLevel aggregate(const LeidenLevel& level, const Partition& parts,
                                    VertexId part_count);

}  // namespace lockstep
