#pragma once

#include <cstdint>
#include <vector>

#include "lockstep/action_log.h"
#include "lockstep/algorithms/timing_test.h"

namespace lockstep {

/// How often actions within the horizon of one another are within the window too, by the
/// popularity of their object: its actions to the next power of two; and which objects the listed
/// accounts act on in lockstep.
class LagBaseline {
 public:
  /// Over all pairs of actions of different rows of one object, those of listed accounts apart.
  LagBaseline(const ActionLog& log, const TimingOptions& options, const std::vector<char>& listed);

  /// In [0, 1]; classes with few pairs lean on the layer as a whole.
  [[nodiscard]] double of(std::uint64_t actions) const;

  /// Whether the listed accounts act on the object as a group would, not as a crowd: few of their
  /// actions (`shrinkage` at most), or `lockstep_share` of the pairs of them within the horizon or
  /// more are within the window too.
  [[nodiscard]] bool in_lockstep(std::uint32_t run) const { return in_lockstep_[run] != 0; }

 private:
  std::vector<char> in_lockstep_;  ///< by object run
  std::vector<double> share_;      ///< by class
};

}  // namespace lockstep
