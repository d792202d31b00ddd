#pragma once

#include <cstdint>

#include "lockstep/algorithms/coaction.h"
#include "lockstep/algorithms/significance.h"

namespace lockstep {

struct SignificantPairs {
  CoactionResult kept;       ///< pairs that pass, in (source, target) order
  SignificanceResult tests;  ///< theirs, in their order
  std::uint64_t pairs = 0;   ///< with `min_objects` objects, whether they pass or not
};

/// Projects a log and keeps only the pairs whose p-value is at most `level`: what `coaction`,
/// `significance` and a filter would give, bit for bit, without ever holding the other pairs.
///
/// What the null test expects of two accounts is known before any pair is counted, so the
/// partners of each account are tested as soon as its windows are folded; all pairs are counted.
/// `profile` must be `layer_profile(log, options.window_s, options.max_object_actions)`;
/// `level` is in (0, 1]. Costs as `coaction`, but for memory: the pairs kept are those that pass.
/// Throws InvalidArgument on an option out of range or the profile of another log, Interrupted
/// once `control` is cancelled.
[[nodiscard]] SignificantPairs significant_coaction(const ActionLog& log,
                                                    const LayerProfile& profile, double level,
                                                    const CoactionOptions& options = {},
                                                    RunControl* control = nullptr);

/// A level that no pair can pass by and yet have a q-value of at most `fdr`: among `tests`
/// hypotheses of which at most `most_pairs` are listed, Benjamini and Hochberg's largest
/// threshold is `fdr * most_pairs / tests`. At most `fdr`; with a hair's breadth for rounding.
[[nodiscard]] double hopeful_level(double fdr, std::uint64_t most_pairs, std::uint64_t tests);

}  // namespace lockstep
