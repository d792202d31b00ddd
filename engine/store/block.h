#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lockstep/types.h"

namespace lockstep {

/// One action with dense ids. `target` is the account acted upon plus 1, or 0 for none.
struct ActionRow {
  TimeS time = 0;
  AccountId account = 0;
  ObjectId object = 0;
  std::uint32_t target = 0;
  std::uint16_t kind = 0;
  friend bool operator==(const ActionRow&, const ActionRow&) = default;
};

/// Which id a block's rows are grouped by.
enum class BlockOrder {
  kByObject,   ///< rows in (object, time, account) order
  kByAccount,  ///< rows in (account, time, object) order
};

constexpr std::size_t kBlockRows = 4096;
constexpr TimeS kDaySeconds = 86'400;
constexpr TimeS kLatestTime = (1LL << 38) * kDaySeconds;  ///< keys have room for 40 bits of days

/// The UTC day of a time, counted from 1970-01-01, also before it.
[[nodiscard]] constexpr std::int64_t day_of(TimeS time) {
  return time >= 0 ? time / kDaySeconds : -((-(time + 1)) / kDaySeconds) - 1;
}

/// 64-bit hash of a row; rows of a job are checked by the sum of theirs.
[[nodiscard]] std::uint64_t row_hash(const ActionRow& row);

/// Encodes at most kBlockRows rows of one kind and day, sorted as `order` says.
[[nodiscard]] std::string encode_block(std::span<const ActionRow> rows, BlockOrder order);

/// Appends a block's rows to `rows`. False, and nothing appended, on bytes that `encode_block`
/// cannot have written: no input makes it read or write out of bounds.
[[nodiscard]] bool decode_block(std::string_view block, BlockOrder order, std::uint16_t kind,
                                std::vector<ActionRow>& rows);

}  // namespace lockstep
