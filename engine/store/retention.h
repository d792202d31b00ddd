#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layout.h"
#include "lockstep/store.h"

namespace lockstep {

/// Rows that a job still has, and the sum of their hashes.
struct KeptRows {
  std::uint64_t rows = 0;
  std::uint64_t checksum = 0;
};

/// In place of the day of a dropping that was an erasure of accounts.
constexpr TimeS kNoDay = std::numeric_limits<TimeS>::min();

/// The row of `manifest` for one dropping of old days, or one erasure of accounts.
struct Retention {
  DropReceipt receipt;
  Totals totals;                          ///< of the store, once it was done
  std::map<std::uint64_t, KeptRows> cut;  ///< jobs, by epoch, that lost rows; not all that lost all

  /// Says what is left of a job that had `before`, and loses `lost`, for `what_is_left` to find.
  void cut_job(const JobReceipt& job, const KeptRows& before, const KeptRows& lost);

  [[nodiscard]] std::string bytes() const;
  [[nodiscard]] static std::optional<Retention> parse(std::string_view text);
};

/// Keys of that row, and of the one of an erasure; numbers count from 1.
[[nodiscard]] std::string retention_key(std::uint64_t number);
[[nodiscard]] std::string erasure_key(std::uint64_t number);

/// The row of `manifest` for one forgetting of names, and its key; numbers count from 1.
[[nodiscard]] std::string forgetting_key(std::uint64_t number);
[[nodiscard]] std::string bytes_of(const ForgetReceipt& receipt);
[[nodiscard]] std::optional<ForgetReceipt> parse_forgetting(std::string_view text);

/// What all droppings so far have left of a job. `done` is by number.
[[nodiscard]] KeptRows what_is_left(const std::vector<Retention>& done, const JobReceipt& job);

}  // namespace lockstep
