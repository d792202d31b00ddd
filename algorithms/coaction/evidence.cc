#include "lockstep/algorithms/evidence.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 256;

/// One action of an account: when, and on which object run of the log.
struct OwnAction {
  std::uint32_t run;
  TimeS time;
};

/// The actions of the accounts that edges name, by account, in (object, time) order.
struct OwnActions {
  std::vector<std::uint64_t> offsets;
  std::vector<OwnAction> actions;

  [[nodiscard]] std::span<const OwnAction> of(AccountId account) const {
    return std::span(actions).subspan(offsets[account], offsets[account + 1ULL] - offsets[account]);
  }
};

OwnActions collect(const ActionLog& log, const std::vector<char>& wanted) {
  OwnActions own;
  own.offsets.assign(log.account_count() + 1ULL, 0);
  for (const AccountId account : log.accounts()) {
    if (wanted[account] != 0) ++own.offsets[account + 1ULL];
  }
  std::inclusive_scan(own.offsets.begin(), own.offsets.end(), own.offsets.begin());
  own.actions.resize(own.offsets.back());
  auto next = own.offsets;
  for (std::size_t run = 0; run < log.object_count(); ++run) {
    for (auto row = log.offsets()[run]; row < log.offsets()[run + 1]; ++row) {
      const AccountId account = log.accounts()[row];
      if (wanted[account] == 0) continue;
      own.actions[next[account]++] = {static_cast<std::uint32_t>(run), log.times()[row]};
    }
  }
  return own;
}

/// What two accounts did on one object, within the window.
struct Meeting {
  std::uint32_t run = 0;
  TimeS source_time = 0;
  TimeS target_time = 0;
  std::uint64_t pairs = 0;
};

std::uint64_t distance(TimeS a, TimeS b) {
  return a < b ? static_cast<std::uint64_t>(b) - static_cast<std::uint64_t>(a)
               : static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b);
}

/// The actions of one object at the front of `actions`; they are taken off it.
std::span<const OwnAction> take_run(std::span<const OwnAction>& actions) {
  std::size_t end = 1;
  while (end < actions.size() && actions[end].run == actions[0].run) ++end;
  const auto run = actions.first(end);
  actions = actions.subspan(end);
  return run;
}

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

std::vector<Meeting> meetings(std::span<const OwnAction> source, std::span<const OwnAction> target,
                              std::uint64_t window_s) {
  std::vector<Meeting> found;
  while (!source.empty() && !target.empty()) {
    if (source[0].run != target[0].run) {
      take_run(source[0].run < target[0].run ? source : target);
      continue;
    }
    const auto a = take_run(source);
    const auto b = take_run(target);
    const auto meeting = meet(a, b, window_s);
    if (meeting.pairs != 0) found.push_back(meeting);
  }
  return found;
}

std::vector<char> accounts_named(const ActionLog& log, std::span<const AccountId> source,
                                 std::span<const AccountId> target) {
  std::vector<char> wanted(log.account_count(), 0);
  for (const auto side : {source, target}) {
    for (const AccountId account : side) {
      if (account >= wanted.size()) {
        throw InvalidArgument("account " + std::to_string(account) + " is past the " +
                              std::to_string(wanted.size()) + " of the log");
      }
      wanted[account] = 1;
    }
  }
  return wanted;
}

}  // namespace

EvidenceResult evidence(const ActionLog& log, std::span<const AccountId> source,
                        std::span<const AccountId> target, std::int64_t window_s,
                        RunControl* control) {
  if (window_s < 0) {
    throw InvalidArgument("window_s is " + std::to_string(window_s) + "; give 0 or more seconds");
  }
  if (source.size() != target.size()) {
    throw InvalidArgument("source and target have different lengths");
  }
  const auto own = collect(log, accounts_named(log, source, target));
  std::vector<std::vector<Meeting>> found(source.size());
  parallel_for(source.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    if (control != nullptr) control->check();
    for (std::size_t edge = begin; edge < end; ++edge) {
      found[edge] = meetings(own.of(source[edge]), own.of(target[edge]),
                             static_cast<std::uint64_t>(window_s));
    }
  });
  EvidenceResult result;
  for (std::size_t edge = 0; edge < found.size(); ++edge) {
    for (const Meeting& meeting : found[edge]) {
      result.edge.push_back(edge);
      result.object.push_back(log.objects()[meeting.run]);
      result.source_time_s.push_back(meeting.source_time);
      result.target_time_s.push_back(meeting.target_time);
      result.pairs.push_back(meeting.pairs);
      result.object_actions.push_back(log.offsets()[meeting.run + 1ULL] -
                                      log.offsets()[meeting.run]);
    }
  }
  return result;
}

}  // namespace lockstep
