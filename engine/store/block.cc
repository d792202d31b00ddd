#include "block.h"

#include <algorithm>
#include <cstring>

#include "../base/hash.h"
#include "bytes.h"

namespace lockstep {
namespace {

// A block is: version, rows, day; runs as (id delta, length); times as delta from the row before
// in the run, or from the start of the day; the other id of each row in as many bytes as the
// largest needs; the targets likewise, or width 0 where no row has one; 8 bytes of hash.
constexpr char kVersion = 1;

std::uint32_t major_of(const ActionRow& row, BlockOrder order) {
  return order == BlockOrder::kByObject ? row.object : row.account;
}
std::uint32_t minor_of(const ActionRow& row, BlockOrder order) {
  return order == BlockOrder::kByObject ? row.account : row.object;
}

int width_of(std::uint32_t largest) {
  int bytes = 1;
  while (bytes < 4 && largest >> (8 * bytes) != 0) ++bytes;
  return bytes;
}

template <class Value>
void put_column(std::string& out, std::span<const ActionRow> rows, const Value& value) {
  std::uint32_t largest = 0;
  for (const auto& row : rows) largest = std::max(largest, value(row));
  const int width = width_of(largest);
  out.push_back(static_cast<char>(width));
  for (const auto& row : rows) {
    const std::uint32_t number = value(row);
    for (int byte = 0; byte < width; ++byte) {
      out.push_back(static_cast<char>((number >> (8 * byte)) & 0xff));
    }
  }
}

/// Hands each number of a column to `take(row, number)`; false on a width that cannot be.
template <class Take>
bool take_column(ByteReader& reader, std::size_t rows, const Take& take) {
  const auto width = reader.big_endian(1);
  if (width < 1 || width > 4) return false;
  const auto column = reader.bytes(rows * width);
  if (!reader.good()) return false;
  for (std::size_t row = 0; row < rows; ++row) {
    std::uint32_t number = 0;
    for (std::size_t byte = 0; byte < width; ++byte) {
      number |= static_cast<std::uint32_t>(static_cast<unsigned char>(column[row * width + byte]))
                << (8 * byte);
    }
    take(row, number);
  }
  return true;
}

void put_runs(std::string& out, std::span<const ActionRow> rows, BlockOrder order) {
  std::string runs;
  std::uint64_t count = 0;
  std::uint32_t before = 0;
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin + 1;
    const std::uint32_t id = major_of(rows[begin], order);
    while (end < rows.size() && major_of(rows[end], order) == id) ++end;
    put_varint(runs, id - before);
    put_varint(runs, end - begin);
    before = id;
    begin = end;
    ++count;
  }
  put_varint(out, count);
  out += runs;
}

void put_times(std::string& out, std::span<const ActionRow> rows, BlockOrder order) {
  const TimeS start = day_of(rows[0].time) * kDaySeconds;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool same_run = i != 0 && major_of(rows[i], order) == major_of(rows[i - 1], order);
    put_varint(out,
               static_cast<std::uint64_t>(rows[i].time - (same_run ? rows[i - 1].time : start)));
  }
}

/// Fills in the grouped ids; `first` marks the rows that begin a run.
bool take_runs(ByteReader& reader, BlockOrder order, std::span<ActionRow> rows,
               std::vector<char>& first) {
  const auto runs = reader.varint();
  std::uint64_t id = 0;
  std::size_t row = 0;
  for (std::uint64_t run = 0; run < runs; ++run) {
    id += reader.varint();
    const auto length = reader.varint();
    if (!reader.good() || id > 0xffffffffULL || length == 0 || length > rows.size() - row) {
      return false;
    }
    first[row] = 1;
    for (std::uint64_t i = 0; i < length; ++i, ++row) {
      (order == BlockOrder::kByObject ? rows[row].object : rows[row].account) =
          static_cast<std::uint32_t>(id);
    }
  }
  return row == rows.size();
}

bool take_times(ByteReader& reader, TimeS start, std::span<ActionRow> rows,
                const std::vector<char>& first) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto delta = reader.varint();
    const TimeS from = first[row] != 0 ? start : rows[row - 1].time;
    if (delta >= static_cast<std::uint64_t>(kDaySeconds)) return false;
    rows[row].time = from + static_cast<TimeS>(delta);
    if (rows[row].time >= start + kDaySeconds) return false;
  }
  return reader.good();
}

}  // namespace

std::uint64_t row_hash(const ActionRow& row) {
  std::uint64_t hash = mix(static_cast<std::uint64_t>(row.time) + 0x9e3779b97f4a7c15ULL);
  hash = mix(hash ^ (static_cast<std::uint64_t>(row.account) << 32 | row.object));
  return mix(hash ^ (static_cast<std::uint64_t>(row.kind) << 32 | row.target));
}

std::string encode_block(std::span<const ActionRow> rows, BlockOrder order) {
  std::string block;
  block.reserve(rows.size() * 8);
  block.push_back(kVersion);
  put_varint(block, rows.size());
  put_varint(block, zigzag(day_of(rows[0].time)));
  put_runs(block, rows, order);
  put_times(block, rows, order);
  put_column(block, rows, [&](const ActionRow& row) { return minor_of(row, order); });
  if (std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.target != 0; })) {
    put_column(block, rows, [](const ActionRow& row) { return row.target; });
  } else {
    block.push_back(0);
  }
  put_big_endian(block, hash_bytes(block), 8);
  return block;
}

bool decode_block(std::string_view block, BlockOrder order, std::uint16_t kind,
                  std::vector<ActionRow>& rows) {
  if (block.size() < 16 || block[0] != kVersion) return false;
  const auto body = block.substr(0, block.size() - 8);
  if (ByteReader(block.substr(body.size())).big_endian(8) != hash_bytes(body)) return false;
  ByteReader reader(body.substr(1));
  const auto count = reader.varint();
  const auto day = unzigzag(reader.varint());
  constexpr std::int64_t kMostDays = kLatestTime / kDaySeconds;
  if (!reader.good() || count == 0 || count > kBlockRows || day > kMostDays || day < -kMostDays) {
    return false;
  }
  std::vector<ActionRow> decoded(count);
  std::vector<char> first(count, 0);
  for (auto& row : decoded) row.kind = kind;
  if (!take_runs(reader, order, decoded, first) ||
      !take_times(reader, day * kDaySeconds, decoded, first) ||
      !take_column(reader, count, [&](std::size_t row, std::uint32_t id) {
        (order == BlockOrder::kByObject ? decoded[row].account : decoded[row].object) = id;
      })) {
    return false;
  }
  const bool has_targets = reader.left() > 1;
  if (has_targets) {
    if (!take_column(reader, count, [&](std::size_t row, std::uint32_t target) {
          decoded[row].target = target;
        })) {
      return false;
    }
  } else if (reader.big_endian(1) != 0) {
    return false;
  }
  if (!reader.at_end()) return false;
  rows.insert(rows.end(), decoded.begin(), decoded.end());
  return true;
}

}  // namespace lockstep
