#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "lockstep/action_log.h"

namespace lockstep {

/// Loose columns of a log, as a test makes them up.
struct Columns {
  std::vector<AccountId> accounts;
  std::vector<ObjectId> objects;
  std::vector<TimeS> times;
  std::uint32_t account_count = 0;

  void add(AccountId account, ObjectId object, TimeS time) {
    accounts.push_back(account);
    objects.push_back(object);
    times.push_back(time);
    account_count = std::max(account_count, account + 1);
  }
  [[nodiscard]] ActionLog log() const {
    return ActionLog::from_columns(accounts, objects, times, account_count);
  }
};

/// Rows drawn at random; squared draws make low ids popular, so that repeats occur.
inline Columns random_columns(unsigned seed, std::size_t rows, std::uint32_t accounts,
                              std::uint32_t objects, TimeS span) {
  std::mt19937 random(seed);
  const auto skewed = [&](std::uint32_t n) {
    const double u = static_cast<double>(random()) / 4294967296.0;
    return static_cast<std::uint32_t>(u * u * n);
  };
  Columns columns;
  for (std::size_t i = 0; i < rows; ++i) {
    const AccountId account = skewed(accounts);
    const ObjectId object = skewed(objects);
    columns.add(account, object, static_cast<TimeS>(random() % static_cast<unsigned>(span)));
  }
  columns.account_count = accounts;
  return columns;
}

}  // namespace lockstep
