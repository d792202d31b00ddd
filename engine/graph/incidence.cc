#include "lockstep/incidence.h"

#include <algorithm>
#include <numeric>

#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 8;

}  // namespace

/// Fills the rows of objects, and in `actions` how often each account of them acted.
void Incidence::merge_objects(const ActionLog& log, std::uint64_t max_object_actions,
                              std::vector<std::uint32_t>& actions) {
  const std::size_t n = log.object_count();
  const auto offsets = log.offsets();
  std::vector<AccountId> sorted(log.accounts().begin(), log.accounts().end());
  object_offsets_.assign(n + 1, 0);
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto object = begin; object < end; ++object) {
      const auto first = sorted.begin() + static_cast<std::ptrdiff_t>(offsets[object]);
      const auto last = sorted.begin() + static_cast<std::ptrdiff_t>(offsets[object + 1]);
      const auto rows = offsets[object + 1] - offsets[object];
      if (rows == 0 || (max_object_actions != 0 && rows > max_object_actions)) continue;
      std::sort(first, last);
      std::uint64_t distinct = 1;
      for (auto at = first + 1; at < last; ++at) distinct += *at != *(at - 1) ? 1 : 0;
      object_offsets_[object + 1] = distinct;
    }
  });
  std::inclusive_scan(object_offsets_.begin(), object_offsets_.end(), object_offsets_.begin());
  accounts_.resize(object_offsets_.back());
  actions.resize(object_offsets_.back());
  parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto object = begin; object < end; ++object) {
      auto entry = object_offsets_[object];
      if (entry == object_offsets_[object + 1]) continue;
      for (auto at = offsets[object]; at < offsets[object + 1];) {
        const auto first = at;
        while (at < offsets[object + 1] && sorted[at] == sorted[first]) ++at;
        accounts_[entry] = sorted[first];
        actions[entry++] = static_cast<std::uint32_t>(at - first);
      }
    }
  });
}

Incidence::Incidence(const ActionLog& log, std::uint64_t max_object_actions) {
  std::vector<std::uint32_t> actions;
  merge_objects(log, max_object_actions, actions);
  account_offsets_.assign(log.account_count() + 1ULL, 0);
  for (const AccountId account : accounts_) ++account_offsets_[account + 1ULL];
  std::inclusive_scan(account_offsets_.begin(), account_offsets_.end(), account_offsets_.begin());
  objects_.resize(accounts_.size());
  actions_.resize(accounts_.size());
  auto place = account_offsets_;
  for (std::uint32_t object = 0; object < object_count(); ++object) {
    for (auto entry = object_offsets_[object]; entry < object_offsets_[object + 1ULL]; ++entry) {
      const auto to = place[accounts_[entry]]++;
      objects_[to] = object;
      actions_[to] = actions[entry];
    }
  }
}

}  // namespace lockstep
