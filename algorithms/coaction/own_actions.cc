#include "own_actions.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "lockstep/error.h"

namespace lockstep {

OwnActions::OwnActions(const ActionLog& log, const std::vector<char>& wanted)
    : offsets_(log.account_count() + 1ULL, 0) {
  for (const AccountId account : log.accounts()) {
    if (wanted[account] != 0) ++offsets_[account + 1ULL];
  }
  std::inclusive_scan(offsets_.begin(), offsets_.end(), offsets_.begin());
  actions_.resize(offsets_.back());
  auto next = offsets_;
  for (std::size_t run = 0; run < log.object_count(); ++run) {
    for (auto row = log.offsets()[run]; row < log.offsets()[run + 1]; ++row) {
      const AccountId account = log.accounts()[row];
      if (wanted[account] == 0) continue;
      actions_[next[account]++] = {static_cast<std::uint32_t>(run), log.times()[row]};
    }
  }
}

std::span<const OwnAction> OwnActions::of(AccountId account, std::uint32_t run) const {
  const auto all = of(account);
  const auto first = std::lower_bound(
      all.begin(), all.end(), run,
      [](const OwnAction& action, std::uint32_t wanted) { return action.run < wanted; });
  const auto last = std::upper_bound(
      first, all.end(), run,
      [](std::uint32_t wanted, const OwnAction& action) { return wanted < action.run; });
  return {first, last};
}

std::vector<char> accounts_named(std::uint32_t accounts, std::span<const AccountId> source,
                                 std::span<const AccountId> target) {
  std::vector<char> wanted(accounts, 0);
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

std::span<const OwnAction> take_run(std::span<const OwnAction>& actions) {
  std::size_t end = 1;
  while (end < actions.size() && actions[end].run == actions[0].run) ++end;
  const auto run = actions.first(end);
  actions = actions.subspan(end);
  return run;
}

}  // namespace lockstep
