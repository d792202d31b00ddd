#include "lockstep/algorithms/stratified_significance.h"

#include <cmath>
#include <string>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "rank_rows.h"
#include "strata_profile.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 12;
constexpr std::size_t kPoints = 256;  // of each stratum's table

std::uint64_t testable(const ActionLog& log, const StratifiedOptions& options) {
  LayerProfile profile;
  profile.activity = count_activity(log, options.max_object_actions);
  return testable_pairs(profile, options.min_objects);
}

/// Shared objects to be expected by chance, over the strata in which both were active.
double expected_of(std::span<const StratumActions> a, std::span<const StratumActions> b,
                   const std::vector<ExpectedObjects>& expected) {
  double sum = 0.0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i].stratum != b[j].stratum) {
      ++(a[i].stratum < b[j].stratum ? i : j);
      continue;
    }
    sum += expected[a[i].stratum](a[i].actions, b[j].actions);
    ++i;
    ++j;
  }
  return sum;
}

}  // namespace

SignificanceResult stratified_significance(const ActionLog& log, std::span<const AccountId> source,
                                           std::span<const AccountId> target,
                                           std::span<const std::uint32_t> objects,
                                           const StratifiedOptions& options, RunControl* control) {
  if (options.window_s < 0) {
    throw InvalidArgument("window_s is " + std::to_string(options.window_s) +
                          "; give 0 or more seconds");
  }
  if (source.size() != target.size() || source.size() != objects.size()) {
    throw InvalidArgument("source, target and objects have different lengths");
  }
  const StrataProfile profile(log, options);
  if (control != nullptr) control->check();
  std::vector<ExpectedObjects> expected;
  for (const auto& stratum : profile.strata()) expected.emplace_back(stratum, kPoints);
  SignificanceResult result;
  result.expected.resize(source.size());
  result.p_value.resize(source.size());
  result.log10_p.resize(source.size());
  parallel_for(source.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    if (control != nullptr) control->check();
    for (std::size_t i = begin; i < end; ++i) {
      if (source[i] >= profile.accounts() || target[i] >= profile.accounts()) {
        throw InvalidArgument("pair " + std::to_string(i) + " names an account past the " +
                              std::to_string(profile.accounts()) + " of the layer");
      }
      const double lambda = expected_of(profile.of(source[i]), profile.of(target[i]), expected);
      result.expected[i] = lambda;
      result.log10_p[i] = log10_poisson_upper_tail(objects[i], lambda);
      result.p_value[i] = std::pow(10.0, result.log10_p[i]);
    }
  });
  result.testable = testable(log, options);
  return result;
}

}  // namespace lockstep
