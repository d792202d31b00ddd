#pragma once

#include <cmath>
#include <string>

#include "lockstep/error.h"

namespace lockstep {

// What options of several algorithms must be; each throws InvalidArgument otherwise.

inline void check_above_zero(const char* name, double value) {
  if (value > 0.0 && std::isfinite(value)) return;
  throw InvalidArgument(std::string(name) + " is " + std::to_string(value) +
                        "; give a finite number above 0");
}

/// Of a tolerance that is a total change in a round.
inline void check_tolerance(double tolerance) {
  if (tolerance > 0.0) return;
  throw InvalidArgument("tolerance is " + std::to_string(tolerance) + "; give a change above 0");
}

inline void check_max_rounds(int max_rounds) {
  if (max_rounds >= 1) return;
  throw InvalidArgument("max_rounds is " + std::to_string(max_rounds) + "; give at least 1");
}

}  // namespace lockstep
