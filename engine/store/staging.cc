#include "staging.h"

#include <algorithm>
#include <atomic>
#include <limits>
#include <span>
#include <string_view>

#include "../base/utf8.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::uint32_t kNoCode = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kGrain = 1 << 15;
constexpr std::size_t kLongestId = 1024;
constexpr std::size_t kMostKinds = 1 << 15;

const char* fault_of(std::string_view id) {
  if (id.empty()) return "id";
  if (id.size() > kLongestId) return "id_too_long";
  if (id.find('\0') != std::string_view::npos) return "nul";
  return is_utf8(id) ? nullptr : "utf8";
}

/// Fills in the codes of a column, kNoCode where there is no id or none that can be taken; returns
/// which cannot, and why.
std::vector<RejectedRow> encode_column(const IdColumn& column,
                                       std::span<const std::uint8_t> present,
                                       Dictionary& dictionary, std::span<std::uint32_t> codes) {
  std::vector<RejectedRow> rejected;
  if (column.text_offsets.empty() && present.empty()) {
    dictionary.add(column.numbers, codes);
    return rejected;
  }
  for (std::size_t row = 0; row < codes.size(); ++row) {
    codes[row] = kNoCode;
    if (!present.empty() && present[row] == 0) continue;
    if (column.text_offsets.empty()) {
      codes[row] = dictionary.add(column.numbers[row]);
      continue;
    }
    const auto begin = static_cast<std::size_t>(column.text_offsets[row]);
    const auto end = static_cast<std::size_t>(column.text_offsets[row + 1]);
    const std::string_view id(column.text.data() + begin, end - begin);
    if (const char* fault = fault_of(id)) {
      rejected.push_back({row, fault});
    } else {
      codes[row] = dictionary.add(id);
    }
  }
  return rejected;
}

void check_column(const IdColumn& column, std::size_t rows, const char* name) {
  const auto wrong = [&](const std::string& why) {
    throw InvalidArgument(std::string("column ") + name + " " + why);
  };
  if (column.text_offsets.empty()) {
    if (column.numbers.size() != rows) wrong("has another length than times");
    return;
  }
  if (column.text_offsets.size() != rows + 1) wrong("has another length than times");
  const auto bytes = static_cast<std::int64_t>(column.text.size());
  std::int64_t before = column.text_offsets[0];
  for (const auto offset : column.text_offsets) {
    if (offset < before || offset < 0 || offset > bytes) wrong("has text offsets out of order");
    before = offset;
  }
}

bool is_absent(const IdColumn& column) {
  return column.numbers.empty() && column.text_offsets.empty();
}

void check_batch(const ActionBatch& batch) {
  const auto rows = batch.times.size();
  check_column(batch.accounts, rows, "accounts");
  check_column(batch.objects, rows, "objects");
  if (!is_absent(batch.targets)) {
    check_column(batch.targets, rows, "targets");
    if (batch.has_target.size() != rows) throw InvalidArgument("has_target has another length");
  }
  if (batch.kinds.size() != rows) throw InvalidArgument("kinds has another length than times");
  std::uint16_t largest = 0;
  for (const auto kind : batch.kinds) largest = kind > largest ? kind : largest;
  if (rows != 0 && largest >= batch.kind_names.size()) {
    throw InvalidArgument("a kind is past kind_names");
  }
}

bool is_out_of_range(TimeS time) { return time >= kLatestTime || time < -kLatestTime; }

/// One reason for each row that has any, the first given; in the order of rows.
void keep_first_reasons(std::vector<RejectedRow>& rejected) {
  std::stable_sort(rejected.begin(), rejected.end(),
                   [](const auto& a, const auto& b) { return a.row < b.row; });
  const auto same_row = [](const auto& a, const auto& b) { return a.row == b.row; };
  rejected.erase(std::unique(rejected.begin(), rejected.end(), same_row), rejected.end());
}

void take_out(std::span<const RejectedRow> rejected, RowChunk& chunk) {
  auto bad = rejected.begin();
  std::size_t kept = 0;
  for (std::size_t row = 0; row < chunk.size(); ++row) {
    if (bad != rejected.end() && bad->row == row) {
      ++bad;
    } else {
      chunk.move_row(row, kept++);
    }
  }
  chunk.shrink(kept);
}

bool is_word(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), fits);
}

}  // namespace

std::vector<std::uint16_t> Staging::number_kinds(const ActionBatch& batch) {
  std::vector<std::uint16_t> numbers;
  for (const auto& name : batch.kind_names) {
    if (!is_word(name)) {
      throw InvalidArgument("kind '" + name +
                            "' is no word; use letters, digits, _ - . (64 at most)");
    }
    auto at = std::find(kinds_.begin(), kinds_.end(), name);
    if (at == kinds_.end()) {
      if (kinds_.size() == kMostKinds) throw InvalidArgument("more than 32,768 kinds in one job");
      at = kinds_.insert(kinds_.end(), name);
    }
    numbers.push_back(static_cast<std::uint16_t>(at - kinds_.begin()));
  }
  return numbers;
}

std::vector<RejectedRow> Staging::encode_targets(const ActionBatch& batch, RowChunk& chunk) {
  if (is_absent(batch.targets)) return {};
  chunk.targets = Column<std::uint32_t>(chunk.size());
  auto rejected = encode_column(batch.targets, batch.has_target, accounts_, chunk.targets.view());
  std::uint32_t any = 0;
  for (auto& target : chunk.targets.view()) any |= ++target;  // kNoCode becomes 0
  if (any == 0) chunk.targets = {};
  return rejected;
}

/// Sets groups and seconds of rows [begin, end); false where a time is out of range.
bool Staging::set_days(const ActionBatch& batch, std::span<const std::uint16_t> kinds,
                       std::size_t begin, std::size_t end, RowChunk& chunk) {
  GroupNumbers::Recent recent(groups_);
  bool in_range = true;
  for (auto row = begin; row < end; ++row) {
    const auto time = batch.times[row];
    if (is_out_of_range(time)) {
      in_range = false;
      continue;
    }
    const auto day = day_of(time);
    chunk.seconds[row] = static_cast<std::uint32_t>(time - day * kDaySeconds);
    chunk.groups[row] = recent.of({kinds[batch.kinds[row]], day});
  }
  return in_range;
}

std::vector<RejectedRow> Staging::append(const ActionBatch& batch) {
  check_batch(batch);
  const auto kinds = number_kinds(batch);
  const auto rows = batch.times.size();
  RowChunk chunk(rows);
  std::vector<RejectedRow> rejected;
  std::vector<RejectedRow> objects;
  std::vector<RejectedRow> targets;
  std::atomic<bool> in_range{true};
  parallel_for(2 + (rows + kGrain - 1) / kGrain, 1, [&](std::size_t task, std::size_t) {
    if (task == 0) {
      objects = encode_column(batch.objects, {}, objects_, chunk.objects.view());
    } else if (task == 1) {
      rejected = encode_column(batch.accounts, {}, accounts_, chunk.accounts.view());
      targets = encode_targets(batch, chunk);
    } else {
      const auto begin = (task - 2) * kGrain;
      if (!set_days(batch, kinds, begin, std::min(rows, begin + kGrain), chunk)) in_range = false;
    }
  });
  rejected.insert(rejected.end(), objects.begin(), objects.end());
  rejected.insert(rejected.end(), targets.begin(), targets.end());
  for (std::size_t row = 0; !in_range && row < rows; ++row) {
    if (is_out_of_range(batch.times[row])) rejected.push_back({row, "time_range"});
  }
  if (!rejected.empty()) {
    refused_rows_ = true;
    keep_first_reasons(rejected);
    take_out(rejected, chunk);
  }
  row_count_ += chunk.size();
  if (chunk.size() != 0) chunks_.push_back(std::move(chunk));
  return rejected;
}

StagedRows Staging::take_rows() {
  row_count_ = 0;
  StagedRows rows{std::move(chunks_), groups_.take()};
  if (refused_rows_) rows.drop_empty_groups();
  return rows;
}

}  // namespace lockstep
