#include "lockstep/algorithms/cascade_order.h"

#include <algorithm>
#include <queue>
#include <string>
#include <tuple>

#include "cascade_moments.h"
#include "lockstep/error.h"

namespace lockstep {
namespace {

/// Where a measured account acts in a cascade: it reaches the audience from `begin` on.
struct Place {
  AccountId account;
  std::uint32_t cascade;
  std::uint64_t begin;
};

/// The audience of each cascade in order of time, and the places of measured accounts in them.
class Audiences {
 public:
  Audiences(std::span<const ActionLog* const> logs, std::span<const std::uint8_t> measured,
            std::uint64_t horizon_s, RunControl* control)
      : offsets_(measured.size() + 1, 0), counted_(measured.size(), 0), reached_(measured.size()) {
    for (const ActionLog* log : logs) {
      bool after_measured = false;
      walk_cascades(*log, horizon_s, control,
                    [&](std::span<const AccountId> moment, TimeS, bool begins) {
                      if (begins) after_measured = false;
                      add(moment, measured, after_measured);
                    });
    }
    std::stable_sort(places_.begin(), places_.end(),
                     [](const Place& a, const Place& b) { return a.account < b.account; });
    for (const Place& place : places_) ++offsets_[place.account + 1ULL];
    for (std::size_t i = 1; i < offsets_.size(); ++i) offsets_[i] += offsets_[i - 1];
  }

  /// Accounts that one reaches and that are not reached yet.
  [[nodiscard]] std::uint32_t adds(AccountId account) {
    ++counts_;
    std::uint32_t found = 0;
    visit(account, [&](AccountId other) {
      if (reached_[other] != 0 || counted_[other] == counts_) return;
      counted_[other] = counts_;
      ++found;
    });
    return found;
  }

  /// All that an account reaches is reached from now on.
  void reach(AccountId account) {
    visit(account, [&](AccountId other) { reached_[other] = 1; });
    for (const Place& place : of(account)) {
      ends_[place.cascade] = std::min(ends_[place.cascade], place.begin);
    }
  }

 private:
  void add(std::span<const AccountId> moment, std::span<const std::uint8_t> measured,
           bool& after_measured) {
    const std::size_t first = places_.size();
    for (const AccountId account : moment) {
      if (measured[account] != 0) {
        places_.push_back({account, 0, 0});
      } else if (after_measured) {
        audience_.push_back(account);
        ++ends_.back();
      }
    }
    if (first == places_.size()) return;
    if (!after_measured) ends_.push_back(audience_.size());
    after_measured = true;
    const auto cascade = static_cast<std::uint32_t>(ends_.size() - 1);
    for (std::size_t i = first; i < places_.size(); ++i) {
      places_[i].cascade = cascade;
      places_[i].begin = audience_.size();
    }
  }

  [[nodiscard]] std::span<const Place> of(AccountId account) const {
    return std::span(places_).subspan(offsets_[account],
                                      offsets_[account + 1ULL] - offsets_[account]);
  }

  template <class Visit>
  void visit(AccountId account, Visit&& on_account) {
    for (const Place& place : of(account)) {
      for (std::uint64_t i = place.begin; i < ends_[place.cascade]; ++i) on_account(audience_[i]);
    }
  }

  std::vector<Place> places_;
  std::vector<std::size_t> offsets_;    // of places, by account
  std::vector<AccountId> audience_;     // of one cascade after another
  std::vector<std::uint64_t> ends_;     // of each cascade: what lies from there on is reached
  std::vector<std::uint32_t> counted_;  // number of the count in which each account was met last
  std::vector<std::uint8_t> reached_;
  std::uint32_t counts_ = 0;
};

/// What an account added when it was counted last: the most first, of equals the smallest id.
struct Entry {
  std::uint32_t adds;
  AccountId account;
  std::size_t chosen;  // how many had been chosen by then

  bool operator<(const Entry& other) const {
    return std::tuple(adds, other.account) < std::tuple(other.adds, account);
  }
};

}  // namespace

CascadeOrder cascade_order(std::span<const ActionLog* const> logs,
                           std::span<const std::uint8_t> measured, const CascadeOptions& options,
                           RunControl* control) {
  if (options.horizon_s < 0) {
    throw InvalidArgument("horizon_s is " + std::to_string(options.horizon_s) +
                          "; give 0 or more seconds");
  }
  if (logs.empty()) throw InvalidArgument("no log is given; give one or more");
  for (const ActionLog* log : logs) {
    if (measured.size() != log->account_count()) {
      throw InvalidArgument("measured needs one value for each of " +
                            std::to_string(log->account_count()) + " accounts");
    }
  }
  Audiences audiences(logs, measured, static_cast<std::uint64_t>(options.horizon_s), control);
  CascadeOrder order;
  std::vector<std::uint32_t> alone(measured.size(), 0);
  std::priority_queue<Entry> queue;
  for (AccountId account = 0; account < measured.size(); ++account) {
    if (measured[account] == 0) continue;
    if (control != nullptr) control->check();
    alone[account] = audiences.adds(account);
    queue.push({alone[account], account, 0});
  }
  while (!queue.empty()) {
    const Entry top = queue.top();
    queue.pop();
    if (top.chosen < order.accounts.size() && top.adds > 0) {
      if (control != nullptr) control->check();
      queue.push({audiences.adds(top.account), top.account, order.accounts.size()});
      continue;
    }
    audiences.reach(top.account);
    order.accounts.push_back(top.account);
    order.audience.push_back(alone[top.account]);
    order.added.push_back(top.adds);
  }
  return order;
}

}  // namespace lockstep
