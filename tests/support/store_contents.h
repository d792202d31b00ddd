#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "lockstep/store.h"

namespace lockstep {

constexpr TimeS kPastAll = 3'000'000'000;

using Row =
    std::tuple<std::string, std::string, TimeS, std::string>;  // kind, object, time, account
using Tie = std::tuple<std::string, std::string, std::string, std::uint64_t, TimeS, TimeS>;

/// What a store says of itself, by external ids.
struct Contents {
  std::vector<Row> rows;
  std::vector<Row> of_accounts;  // the same, account by account
  std::vector<Tie> out;          // kind, from, to, actions, first, last
  std::vector<Tie> in;
  std::map<std::string, std::tuple<std::uint64_t, TimeS, TimeS>> kinds;
  friend bool operator==(const Contents&, const Contents&) = default;
};

inline std::string name_of(const Store& store, IdSpace space, std::uint32_t id) {
  const std::vector<std::uint32_t> ids{id};
  return store.names(space, ids)[0];
}

inline void add_account(const Store& store, AccountId id, Contents& found) {
  const auto kinds = store.kinds();
  const auto account = name_of(store, IdSpace::kAccount, id);
  for (const auto& action : store.account_actions(id, 0, kPastAll)) {
    found.of_accounts.emplace_back(
        kinds[action.kind], name_of(store, IdSpace::kObject, action.object), action.time, account);
  }
  for (const auto& kind : kinds) {
    for (const auto direction : {Direction::kOut, Direction::kIn}) {
      for (const auto& n : store.neighbours(kind, id, direction)) {
        auto& ties = direction == Direction::kOut ? found.out : found.in;
        ties.emplace_back(kind, account, name_of(store, IdSpace::kAccount, n.account), n.actions,
                          n.first_s, n.last_s);
      }
    }
  }
}

inline Contents contents_of(const Store& store) {
  Contents found;
  for (const auto& kind : store.kinds()) {
    const auto scan = store.scan(kind, 0, kPastAll);
    for (std::size_t run = 0; run < scan.log.object_count(); ++run) {
      for (auto i = scan.log.offsets()[run]; i < scan.log.offsets()[run + 1]; ++i) {
        found.rows.emplace_back(kind, name_of(store, IdSpace::kObject, scan.log.objects()[run]),
                                scan.log.times()[i],
                                name_of(store, IdSpace::kAccount, scan.log.accounts()[i]));
      }
    }
  }
  const auto info = store.info();
  for (AccountId id = 0; id < info.accounts; ++id) add_account(store, id, found);
  for (const auto& kind : info.kinds) {
    if (kind.actions > 0) found.kinds[kind.name] = {kind.actions, kind.first_s, kind.last_s};
  }
  for (auto* rows : {&found.rows, &found.of_accounts}) std::sort(rows->begin(), rows->end());
  for (auto* ties : {&found.out, &found.in}) std::sort(ties->begin(), ties->end());
  return found;
}

}  // namespace lockstep
