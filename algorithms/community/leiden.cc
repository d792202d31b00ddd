#include "lockstep/algorithms/leiden.h"

#include "../option_checks.h"
#include "hierarchy.h"

namespace lockstep {

Communities leiden(CsrView graph, const LeidenOptions& options, RunControl* control) {
  check_above_zero("randomness", options.randomness);
  return climb(
      graph,
      {options.quality, options.resolution, options.randomness, options.seed, options.max_rounds},
      control);
}

}  // namespace lockstep
