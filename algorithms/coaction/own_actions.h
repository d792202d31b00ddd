#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/action_log.h"

namespace lockstep {

/// One action of an account: when, and on which object run of the log.
struct OwnAction {
  std::uint32_t run;
  TimeS time;
};

/// The actions of some accounts, by account, in (object, time) order.
class OwnActions {
 public:
  /// Of the accounts that `wanted` marks. O(rows of the log).
  OwnActions(const ActionLog& log, const std::vector<char>& wanted);

  [[nodiscard]] std::span<const OwnAction> of(AccountId account) const {
    return std::span(actions_).subspan(offsets_[account],
                                       offsets_[account + 1ULL] - offsets_[account]);
  }
  /// Those on one object run.
  [[nodiscard]] std::span<const OwnAction> of(AccountId account, std::uint32_t run) const;

 private:
  std::vector<std::uint64_t> offsets_;
  std::vector<OwnAction> actions_;
};

/// By account below `accounts`: whether an edge names it. Throws InvalidArgument on one past them.
[[nodiscard]] std::vector<char> accounts_named(std::uint32_t accounts,
                                               std::span<const AccountId> source,
                                               std::span<const AccountId> target);

/// The actions of one object at the front of `actions`; they are taken off it.
[[nodiscard]] std::span<const OwnAction> take_run(std::span<const OwnAction>& actions);

/// Seconds between two times, however far apart.
[[nodiscard]] inline std::uint64_t distance(TimeS a, TimeS b) {
  return a < b ? static_cast<std::uint64_t>(b) - static_cast<std::uint64_t>(a)
               : static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b);
}

/// Calls `visit(a, b)` with the actions of both accounts on each object that both acted on.
template <class Visit>
void for_each_common(std::span<const OwnAction> source, std::span<const OwnAction> target,
                     const Visit& visit) {
  while (!source.empty() && !target.empty()) {
    if (source[0].run != target[0].run) {
      static_cast<void>(take_run(source[0].run < target[0].run ? source : target));
      continue;
    }
    const auto a = take_run(source);
    const auto b = take_run(target);
    visit(a, b);
  }
}

}  // namespace lockstep
