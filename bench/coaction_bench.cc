// How long does projection take, and in how much memory, on logs of 1, 10 and 100 million actions?
//   coaction_bench [actions] [trials]
// One JSON line; the result is verified by counting sampled pairs again from the loose rows.

#include <cstdio>
#include <cstdlib>
#include <set>
#include <unordered_map>

#include "action_generator.h"
#include "harness.h"
#include "lockstep/algorithms/coaction.h"
#include "lockstep/algorithms/significance.h"

namespace {

using namespace lockstep;

constexpr std::int64_t kWindow = 60;

/// Counts the shared objects of one pair from the two accounts' own rows.
std::uint32_t shared_objects(const std::vector<std::pair<ObjectId, TimeS>>& a,
                             const std::vector<std::pair<ObjectId, TimeS>>& b) {
  std::set<ObjectId> met;
  for (const auto& [object, time] : a) {
    for (const auto& [other, when] : b) {
      if (object == other && std::abs(time - when) <= kWindow) met.insert(object);
    }
  }
  return static_cast<std::uint32_t>(met.size());
}

/// Checks 1,000 kept pairs, spread over the result, and 1,000 random pairs that may be absent.
bool verify(const ActionLog& log, const CoactionResult& result) {
  SplitMix random(99);
  std::set<std::pair<AccountId, AccountId>> sample;
  for (int i = 0; i < 1000 && result.source.size() > 0; ++i) {
    const auto at = random.below(result.source.size());
    sample.emplace(result.source[at], result.target[at]);
    const auto a = static_cast<AccountId>(random.below(log.account_count()));
    const auto b = static_cast<AccountId>(random.below(log.account_count()));
    if (a != b) sample.emplace(std::min(a, b), std::max(a, b));
  }
  std::unordered_map<AccountId, std::vector<std::pair<ObjectId, TimeS>>> rows;
  for (const auto& [a, b] : sample) rows[a], rows[b];
  for (std::size_t run = 0; run < log.object_count(); ++run) {
    for (auto i = log.offsets()[run]; i < log.offsets()[run + 1]; ++i) {
      const auto found = rows.find(log.accounts()[i]);
      if (found != rows.end()) found->second.emplace_back(log.objects()[run], log.times()[i]);
    }
  }
  for (const auto& [a, b] : sample) {
    const auto sources = result.source.view();
    const auto range = std::equal_range(sources.begin(), sources.end(), a);
    const auto begin = range.first - sources.begin();
    const auto end = range.second - sources.begin();
    const auto targets = result.target.view();
    const auto at =
        std::lower_bound(targets.begin() + begin, targets.begin() + end, b) - targets.begin();
    const bool kept = at < end && targets[static_cast<std::size_t>(at)] == b;
    const auto want = shared_objects(rows[a], rows[b]);
    if (kept ? result.objects[static_cast<std::size_t>(at)] != want : want >= 2) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t actions = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000'000;
  const int trials = argc > 2 ? std::atoi(argv[2]) : 3;
  auto generated = generate_log(actions, 1);
  const auto log = ActionLog::from_columns(generated.accounts, generated.objects, generated.times,
                                           generated.account_count);
  generated = {};
  CoactionResult result;
  report(
      {"coaction", log.account_count(), log.size()}, trials,
      [&] { result = coaction(log, {.window_s = kWindow, .min_objects = 2}); },
      [&] { return verify(log, result); });
  std::printf(
      "{\"case\":\"coaction\",\"actions\":%lu,\"pair_instances\":%lu,\"kept_pairs\":%zu,"
      "\"spilled\":%s}\n",
      log.size(), result.pair_instances, result.source.size(), result.spilled ? "true" : "false");
  SignificanceResult tested;
  std::vector<double> q;
  report(
      {"significance", log.account_count(), result.source.size()}, trials,
      [&] {
        tested = significance(result.source.view(), result.target.view(), result.objects.view(),
                              layer_profile(log, kWindow), 2);
        q = benjamini_hochberg(tested.log10_p, tested.testable);
      },
      [&] { return std::count_if(q.begin(), q.end(), [](double x) { return x <= 0.05; }) > 0; });
  return 0;
}
