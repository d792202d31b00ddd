#pragma once

#include <cstdint>

#include "level.h"
#include "lockstep/run_control.h"

namespace lockstep {

struct MoveOptions {
  double least_gain = 0.0;  ///< leave the level once a pass gains less, in weight; 0: never
  std::uint64_t seed = 0;   ///< who decides together, and in which order
  const RunControl* control = nullptr;
};

/// Moves vertices to the neighbouring community of best gain.
///
/// A pass looks at the vertices whose surroundings have changed, in batches that decide from the
/// same state and then move; the last few decide one after another, so it ends where no vertex
/// gains by moving alone. Two who would follow each other round are kept from it: from the fifth
/// pass on, moves of a batch go only to smaller or only to larger communities, in turn.
/// Same result for any number of threads. Returns the number of passes.
template <class Weight>
int move_vertices(const Level<Weight>& level, Partition& partition, const MoveOptions& options);

}  // namespace lockstep
