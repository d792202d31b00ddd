#include "block.h"

#include <algorithm>
#include <cstring>

#include "bit_pack.h"
#include "bytes.h"
#include "lockstep/hash.h"

namespace lockstep {
namespace {

// A block is: version, rows, day, first leading id, smallest other id; then packed columns: how
// much the leading id grows from the row before; seconds after the row before of the same leading
// id, or after midnight; the other id less the smallest; 1 and the targets, or 0; 8 bytes of hash.
constexpr char kVersion = 2;
constexpr std::size_t kHashBytes = 8;
static_assert(kHashBytes >= kPackSlack);
constexpr std::int64_t kMostDays = kLatestTime / kDaySeconds;

/// Columns become differences, from the end on so that each still finds the row before.
void take_differences(BlockColumns& columns) {
  auto& leading = columns.leading;
  auto& seconds = columns.seconds;
  for (auto row = columns.size() - 1; row > 0; --row) {
    leading[row] -= leading[row - 1];
    if (leading[row] == 0) seconds[row] -= seconds[row - 1];
  }
  leading[0] = 0;
}

std::uint32_t largest_of(const std::vector<std::uint32_t>& numbers) {
  std::uint32_t largest = 0;
  for (const auto number : numbers) largest = number > largest ? number : largest;
  return largest;
}

std::uint32_t smallest_of(const std::vector<std::uint32_t>& numbers) {
  std::uint32_t smallest = numbers[0];
  for (const auto number : numbers) smallest = number < smallest ? number : smallest;
  return smallest;
}

/// Undoes `take_differences`; false where an id or a time passes its end.
bool add_differences(std::uint32_t first, BlockColumns& columns) {
  constexpr std::uint32_t kSeconds = kDaySeconds;
  static_assert(std::uint64_t{kSeconds} * kBlockRows < 1ULL << 32);  // the sum below cannot wrap
  if (largest_of(columns.seconds) >= kSeconds) return false;
  std::uint64_t id = first;
  std::uint32_t second = 0;
  const auto rows = columns.size();
  auto* const leading = columns.leading.data();
  auto* const seconds = columns.seconds.data();
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint32_t grown = leading[row];
    id += grown;
    second = (grown == 0 ? second : 0) + seconds[row];
    leading[row] = static_cast<std::uint32_t>(id);
    seconds[row] = second;
  }
  return id <= 0xffffffffULL && largest_of(columns.seconds) < kSeconds;
}

/// Adds the smallest id back; false where one passes its end.
bool add_base(std::uint32_t least, std::vector<std::uint32_t>& ids) {
  std::uint32_t wrapped = 0;
  for (auto& id : ids) {
    id += least;
    wrapped |= static_cast<std::uint32_t>(id < least);
  }
  return wrapped == 0;
}

BlockHeader take_header(ByteReader& reader) {
  const auto rows = reader.varint();
  const auto day = unzigzag(reader.varint());
  const auto first = reader.varint();
  const auto least = reader.varint();
  constexpr std::uint64_t kMostId = 0xffffffffULL;
  if (!reader.good() || rows > kBlockRows || first > kMostId || least > kMostId ||
      day > kMostDays || day < -kMostDays) {
    return {};
  }
  return {rows, day, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(least)};
}

}  // namespace

void BlockColumns::clear() {
  leading.clear();
  seconds.clear();
  other.clear();
  targets.clear();
}

std::uint32_t BlockColumns::largest_other() const { return largest_of(other); }

std::string encode_columns(BlockColumns& columns) {
  std::string block;
  block.reserve(64 + columns.size() * 8);
  block.push_back(kVersion);
  put_varint(block, columns.size());
  put_varint(block, zigzag(columns.day));
  put_varint(block, columns.leading[0]);
  const auto least = smallest_of(columns.other);
  put_varint(block, least);
  take_differences(columns);
  for (auto& id : columns.other) id -= least;
  put_packed(block, columns.leading);
  put_packed(block, columns.seconds);
  put_packed(block, columns.other);
  block.push_back(columns.targets.empty() ? 0 : 1);
  if (!columns.targets.empty()) put_packed(block, columns.targets);
  put_big_endian(block, hash_long(block), kHashBytes);
  return block;
}

bool is_whole(std::string_view block) {
  if (block.size() < 2 * kHashBytes || block[0] != kVersion) return false;
  const auto body = block.substr(0, block.size() - kHashBytes);
  return ByteReader(block.substr(body.size())).big_endian(kHashBytes) == hash_long(body);
}

BlockHeader read_header(std::string_view block) {
  ByteReader reader(block.substr(1));
  return take_header(reader);
}

bool decode_columns(std::string_view block, BlockColumns& columns) {
  ByteReader reader(block.substr(1));
  const auto [count, day, first, least] = take_header(reader);
  if (count == 0) return false;
  columns.day = day;
  columns.leading.resize(count);
  columns.seconds.resize(count);
  columns.other.resize(count);
  if (!take_packed(reader, columns.leading) || !take_packed(reader, columns.seconds) ||
      !take_packed(reader, columns.other)) {
    return false;
  }
  const auto has_targets = reader.big_endian(1);
  columns.targets.resize(has_targets == 0 ? 0 : count);
  if (has_targets > 1 || (has_targets == 1 && !take_packed(reader, columns.targets))) return false;
  if (!reader.good() || reader.left() != kHashBytes) return false;
  return columns.leading[0] == 0 && add_base(least, columns.other) &&
         add_differences(first, columns);
}

std::string encode_block(std::span<const ActionRow> rows, BlockOrder order) {
  const bool by_object = order == BlockOrder::kByObject;
  BlockColumns columns;
  columns.day = day_of(rows[0].time);
  for (const auto& row : rows) {
    columns.leading.push_back(by_object ? row.object : row.account);
    columns.seconds.push_back(static_cast<std::uint32_t>(row.time - columns.day * kDaySeconds));
    columns.other.push_back(by_object ? row.account : row.object);
  }
  if (std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.target != 0; })) {
    for (const auto& row : rows) columns.targets.push_back(row.target);
  }
  return encode_columns(columns);
}

bool decode_block(std::string_view block, BlockOrder order, std::uint16_t kind,
                  std::vector<ActionRow>& rows) {
  BlockColumns columns;
  if (!is_whole(block) || !decode_columns(block, columns)) return false;
  const bool by_object = order == BlockOrder::kByObject;
  const TimeS midnight = columns.day * kDaySeconds;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto leading = columns.leading[i];
    const auto other = columns.other[i];
    rows.push_back({midnight + columns.seconds[i], by_object ? other : leading,
                    by_object ? leading : other, columns.targets.empty() ? 0 : columns.targets[i],
                    kind});
  }
  return true;
}

}  // namespace lockstep
