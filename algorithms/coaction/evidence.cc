#include "lockstep/algorithms/evidence.h"

#include <string>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "own_actions.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 256;

/// What two accounts did on one object, within the window.
struct Meeting {
  std::uint32_t run = 0;
  TimeS source_time = 0;
  TimeS target_time = 0;
  std::uint64_t pairs = 0;
};

Meeting meet(std::span<const OwnAction> source, std::span<const OwnAction> target,
             std::uint64_t window_s) {
  Meeting best;
  best.run = source[0].run;
  std::uint64_t closest = window_s + 1;
  std::size_t begin = 0;
  for (const OwnAction& a : source) {
    while (begin < target.size() && target[begin].time < a.time &&
           distance(target[begin].time, a.time) > window_s) {
      ++begin;
    }
    for (std::size_t i = begin; i < target.size(); ++i) {
      const auto lag = distance(target[i].time, a.time);
      if (lag > window_s) break;
      ++best.pairs;
      if (lag >= closest) continue;
      closest = lag;
      best.source_time = a.time;
      best.target_time = target[i].time;
    }
  }
  return best;
}

/// Calls `visit(edge, meeting)` for each object on which an edge's ends met; edges side by side.
template <class Visit>
void for_each_meeting(const ActionLog& log, std::span<const AccountId> source,
                      std::span<const AccountId> target, std::int64_t window_s, RunControl* control,
                      const Visit& visit) {
  if (window_s < 0) {
    throw InvalidArgument("window_s is " + std::to_string(window_s) + "; give 0 or more seconds");
  }
  if (source.size() != target.size()) {
    throw InvalidArgument("source and target have different lengths");
  }
  const OwnActions own(log, accounts_named(log.account_count(), source, target));
  parallel_for(source.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    if (control != nullptr) control->check();
    for (std::size_t edge = begin; edge < end; ++edge) {
      for_each_common(own.of(source[edge]), own.of(target[edge]),
                      [&](const auto& a, const auto& b) {
                        const auto meeting = meet(a, b, static_cast<std::uint64_t>(window_s));
                        if (meeting.pairs != 0) visit(edge, meeting);
                      });
    }
  });
}

std::uint64_t actions_on(const ActionLog& log, std::uint32_t run) {
  return log.offsets()[run + 1ULL] - log.offsets()[run];
}

}  // namespace

EvidenceResult evidence(const ActionLog& log, std::span<const AccountId> source,
                        std::span<const AccountId> target, std::int64_t window_s,
                        RunControl* control) {
  std::vector<std::vector<Meeting>> found(source.size());
  for_each_meeting(log, source, target, window_s, control,
                   [&](std::size_t edge, const Meeting& met) { found[edge].push_back(met); });
  EvidenceResult result;
  for (std::size_t edge = 0; edge < found.size(); ++edge) {
    for (const Meeting& meeting : found[edge]) {
      result.edge.push_back(edge);
      result.object.push_back(log.objects()[meeting.run]);
      result.source_time_s.push_back(meeting.source_time);
      result.target_time_s.push_back(meeting.target_time);
      result.pairs.push_back(meeting.pairs);
      result.object_actions.push_back(actions_on(log, meeting.run));
    }
  }
  return result;
}

SharedObjects shared_objects(const ActionLog& log, std::span<const AccountId> source,
                             std::span<const AccountId> target, std::int64_t window_s,
                             std::uint64_t max_object_actions, RunControl* control) {
  SharedObjects result{std::vector<std::uint32_t>(source.size()),
                       std::vector<std::uint64_t>(source.size())};
  for_each_meeting(log, source, target, window_s, control,
                   [&](std::size_t edge, const Meeting& met) {
                     if (max_object_actions != 0 && actions_on(log, met.run) > max_object_actions) {
                       return;
                     }
                     ++result.objects[edge];
                     result.pairs[edge] += met.pairs;
                   });
  return result;
}

}  // namespace lockstep
