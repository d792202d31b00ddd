#pragma once

#include <string>

#include "lockstep/algorithms/partition.h"

namespace lockstep {

/// "modularity" or "cpm"; InvalidArgument otherwise.
[[nodiscard]] Quality quality_named(const std::string& name);

}  // namespace lockstep
