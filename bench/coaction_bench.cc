// How long does projection take, and in how much memory, on logs of 1 to 100 million actions?
//   coaction_bench [actions] [trials] [case ...]
// Cases: plain (all pairs), test (their null test), fused (projection and test in one, keeping
// what could be significant at a false discovery rate of 0.05), capped (plain, without objects of
// more than 1,000 actions). All where none is named; past 20 million actions, whose pairs fill
// any disk, fused and capped. Two JSON lines a case; results are verified by counting sampled
// pairs again from the loose rows. The peak is that of the log and the case alone.

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "action_generator.h"
#include "coaction_check.h"
#include "harness.h"
#include "lockstep/algorithms/significant_coaction.h"

namespace {

using namespace lockstep;

constexpr std::int64_t kWindow = 60;
constexpr std::uint32_t kMinObjects = 2;
constexpr std::uint64_t kCap = 1000;
constexpr double kFdr = 0.05;

struct Totals {
  std::uint64_t instances = 0;
  std::uint64_t pairs = 0;
};

void tell(const char* name, const ActionLog& log, double seconds, const Totals& totals,
          const CoactionResult& kept, double level) {
  std::uint64_t left_out = 0;
  for (const LeftOut& object : kept.left_out) left_out += object.actions;
  std::printf(
      "{\"case\":\"%s\",\"actions\":%lu,\"pair_instances\":%lu,\"instances_per_s\":%.0f,"
      "\"pairs\":%lu,\"kept_pairs\":%zu,\"level\":%.3g,\"left_out_objects\":%zu,"
      "\"left_out_actions\":%lu,\"spilled\":%s}\n",
      name, log.size(), totals.instances, static_cast<double>(totals.instances) / seconds,
      totals.pairs, kept.source.size(), level, kept.left_out.size(), left_out,
      kept.spilled ? "true" : "false");
  std::fflush(stdout);
}

Totals plain(const char* name, const ActionLog& log, int trials, std::uint64_t cap,
             CoactionResult& result) {
  reset_peak_memory();
  const double seconds = report(
      {name, log.account_count(), log.size()}, trials,
      [&] {
        result = {};
        result = coaction(
            log, {.window_s = kWindow, .min_objects = kMinObjects, .max_object_actions = cap});
      },
      [&] {
        return CoactionCheck(log, kWindow, cap)
            .holds(result, [](AccountId, AccountId, std::uint32_t objects) {
              return objects >= kMinObjects;
            });
      });
  const Totals totals{result.pair_instances, result.source.size()};
  tell(name, log, seconds, totals, result, 1.0);
  return totals;
}

void test(const ActionLog& log, int trials, const CoactionResult& pairs) {
  SignificanceResult tested;
  std::vector<double> q;
  reset_peak_memory();
  report(
      {"significance", log.account_count(), pairs.source.size()}, trials,
      [&] {
        tested = significance(pairs.source.view(), pairs.target.view(), pairs.objects.view(),
                              layer_profile(log, kWindow), kMinObjects);
        q = benjamini_hochberg(tested.log10_p, tested.testable);
      },
      [&] { return std::count_if(q.begin(), q.end(), [](double x) { return x <= kFdr; }) > 0; });
}

Totals fused(const ActionLog& log, int trials) {
  SignificantPairs found;
  LayerProfile profile;
  double level = 1.0;
  reset_peak_memory();
  const double seconds = report(
      {"coaction fused", log.account_count(), log.size()}, trials,
      [&] {
        found = {};
        profile = layer_profile(log, kWindow);
        level = hopeful_level(kFdr, close_pairs(profile) / kMinObjects,
                              testable_pairs(profile, kMinObjects));
        found = significant_coaction(log, profile, level,
                                     {.window_s = kWindow, .min_objects = kMinObjects});
      },
      [&] {
        const ExpectedObjects expected(profile);
        return CoactionCheck(log, kWindow, 0)
            .holds(found.kept, [&](AccountId a, AccountId b, std::uint32_t objects) {
              const double lambda = expected(profile.activity[a], profile.activity[b]);
              return objects >= kMinObjects &&
                     log10_poisson_upper_tail(objects, lambda) <= std::log10(level);
            });
      });
  const Totals totals{found.kept.pair_instances, found.pairs};
  tell("coaction fused", log, seconds, totals, found.kept, level);
  return totals;
}

ActionLog make_log(std::uint64_t actions) {
  auto generated = generate_log(actions, 1);
  return ActionLog::from_columns(generated.accounts, generated.objects, generated.times,
                                 generated.account_count);
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t actions = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000'000;
  const int trials = argc > 2 ? std::atoi(argv[2]) : 3;
  const auto wanted = [&](std::string_view name, bool otherwise) {
    if (argc <= 3) return otherwise;
    return std::find(argv + 3, argv + argc, name) != argv + argc;
  };
  const bool fits = actions <= 20'000'000;
  const auto log = make_log(actions);
  Totals all;
  if (wanted("plain", fits)) {
    CoactionResult pairs;
    all = plain("coaction", log, trials, 0, pairs);
    if (wanted("test", fits)) test(log, trials, pairs);
  }
  if (wanted("fused", true)) {
    const auto totals = fused(log, trials);
    if (all.pairs != 0 && (totals.pairs != all.pairs || totals.instances != all.instances)) {
      std::fputs("coaction fused: counts differ from plain\n", stderr);
      return 1;
    }
  }
  CoactionResult capped;
  if (wanted("capped", true)) plain("coaction capped", log, trials, kCap, capped);
  return 0;
}
