#include "lockstep/algorithms/louvain.h"

#include <optional>

#include "hierarchy.h"

namespace lockstep {

Communities louvain(CsrView graph, const LouvainOptions& options, RunControl* control) {
  return climb(
      graph, {options.quality, options.resolution, std::nullopt, options.seed, options.max_rounds},
      control);
}

}  // namespace lockstep
