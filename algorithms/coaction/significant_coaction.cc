#include "lockstep/algorithms/significant_coaction.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "lockstep/error.h"
#include "projection.h"

namespace lockstep {
namespace {

void check_profile(const LayerProfile& profile, const Ranking& ranking) {
  bool equal = profile.activity.size() == ranking.rank_of_account.size();
  for (AccountId account = 0; equal && account < profile.activity.size(); ++account) {
    const auto rank = ranking.rank_of_account[account];
    equal = profile.activity[account] == (rank == Ranking::kNoRank ? 0 : ranking.activity[rank]);
  }
  if (!equal) {
    throw InvalidArgument("the profile is of another log, or of another max_object_actions");
  }
}

}  // namespace

SignificantPairs significant_coaction(const ActionLog& log, const LayerProfile& profile,
                                      double level, const CoactionOptions& options,
                                      RunControl* control) {
  check(options);
  if (!(level > 0.0 && level <= 1.0)) {
    throw InvalidArgument("level is " + std::to_string(level) + "; give above 0, at most 1");
  }
  const auto ranking = rank_accounts(log, options.max_object_actions);
  check_profile(profile, ranking);
  const CriticalProducts test(profile, level, options.min_objects);
  auto found = project(log, ranking, options, &test, control);
  SignificantPairs result{std::move(found.kept), {}, found.pairs};
  result.tests = significance(result.kept.source.view(), result.kept.target.view(),
                              result.kept.objects.view(), profile, options.min_objects, control);
  return result;
}

double hopeful_level(double fdr, std::uint64_t most_pairs, std::uint64_t tests) {
  if (tests == 0 || most_pairs >= tests) return fdr;
  const double level = fdr * static_cast<double>(most_pairs) / static_cast<double>(tests);
  return std::clamp(level * (1.0 + 1e-9), std::numeric_limits<double>::min(), fdr);
}

}  // namespace lockstep
