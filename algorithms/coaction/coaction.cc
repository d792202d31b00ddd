#include "lockstep/algorithms/coaction.h"

#include "projection.h"

namespace lockstep {

CoactionResult coaction(const ActionLog& log, const CoactionOptions& options, RunControl* control) {
  check(options);
  return project(log, rank_accounts(log, options.max_object_actions), options, nullptr, control)
      .kept;
}

}  // namespace lockstep
