#pragma once

#include <cstdint>
#include <vector>

#include "lockstep/action_log.h"
#include "lockstep/algorithms/timing_test.h"

namespace lockstep {

/// How often actions within the horizon of one another are within the window too, by the
/// popularity of their object: its actions to the next power of two.
class LagBaseline {
 public:
  /// Over all pairs of actions of different rows of one object, without those of accounts that
  /// `leave_out` marks.
  LagBaseline(const ActionLog& log, const TimingOptions& options,
              const std::vector<char>& leave_out);

  /// In [0, 1]; classes with few pairs lean on the layer as a whole.
  [[nodiscard]] double of(std::uint64_t actions) const;

 private:
  std::vector<double> share_;  ///< by class
};

}  // namespace lockstep
