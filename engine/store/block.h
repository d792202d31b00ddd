#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lockstep/hash.h"
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
[[nodiscard]] constexpr std::uint64_t row_hash(const ActionRow& row) {
  std::uint64_t hash = mix(static_cast<std::uint64_t>(row.time) + 0x9e3779b97f4a7c15ULL);
  hash = mix(hash ^ (static_cast<std::uint64_t>(row.account) << 32 | row.object));
  return mix(hash ^ (static_cast<std::uint64_t>(row.kind) << 32 | row.target));
}

/// The rows of a block as columns of equal length. `leading` is the id that the order groups by,
/// which never falls; `seconds` count from midnight and never fall while `leading` stays.
struct BlockColumns {
  std::int64_t day = 0;
  std::vector<std::uint32_t> leading;
  std::vector<std::uint32_t> seconds;
  std::vector<std::uint32_t> other;    ///< the other id
  std::vector<std::uint32_t> targets;  ///< as ActionRow::target; empty where no row has one

  [[nodiscard]] std::size_t size() const { return leading.size(); }
  [[nodiscard]] std::uint32_t largest_other() const;
  void clear();
};

/// Encodes columns of 1 to kBlockRows rows. Leaves differences in `leading` and `seconds`.
[[nodiscard]] std::string encode_columns(BlockColumns& columns);

/// Whether a block has the version and the hash that `encode_columns` gave it.
[[nodiscard]] bool is_whole(std::string_view block);

/// What a block that `is_whole` says of itself.
struct BlockHeader {
  std::size_t rows = 0;  ///< 1 to kBlockRows; 0 where the block cannot be read
  std::int64_t day = 0;
  std::uint32_t first = 0;  ///< the leading id of the first row
  std::uint32_t least = 0;  ///< the smallest other id
};
[[nodiscard]] BlockHeader read_header(std::string_view block);

/// Reads a block that `is_whole`. False, with undefined columns, on bytes that `encode_columns`
/// cannot have written: no input makes it read or write out of bounds.
[[nodiscard]] bool decode_columns(std::string_view block, BlockColumns& columns);

/// Encodes at most kBlockRows rows of one kind and day, sorted as `order` says.
[[nodiscard]] std::string encode_block(std::span<const ActionRow> rows, BlockOrder order);

/// Appends a block's rows to `rows`. False, and nothing appended, on bytes that `encode_block`
/// cannot have written: no input makes it read or write out of bounds.
[[nodiscard]] bool decode_block(std::string_view block, BlockOrder order, std::uint16_t kind,
                                std::vector<ActionRow>& rows);

}  // namespace lockstep
