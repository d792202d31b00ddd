#pragma once

#include <cstdint>

#include "critical_products.h"
#include "lockstep/algorithms/coaction.h"
#include "rank_rows.h"

namespace lockstep {

struct Projection {
  CoactionResult kept;
  std::uint64_t pairs = 0;  ///< of accounts, with `min_objects` objects; kept or not
};

/// Throws InvalidArgument on an option out of range.
void check(const CoactionOptions& options);

/// Projects a log. Keeps all pairs with `min_objects` objects, or of them those that pass `test`.
/// `ranking` must be that of the log and of `options.max_object_actions`.
[[nodiscard]] Projection project(const ActionLog& log, const Ranking& ranking,
                                 const CoactionOptions& options, const CriticalProducts* test,
                                 RunControl* control);

}  // namespace lockstep
