#include "staging.h"

#include <algorithm>
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
  std::size_t kinds = 0;
  for (const auto kind : batch.kinds) kinds = kind >= kinds ? kind + 1U : kinds;
  if (kinds > batch.kind_names.size()) throw InvalidArgument("a kind is past kind_names");
}

std::vector<std::uint64_t> times_out_of_range(std::span<const TimeS> times) {
  const auto is_wrong = [](TimeS time) { return time >= kLatestTime || time < -kLatestTime; };
  const bool any = parallel_reduce(
      times.size(), kGrain, false,
      [&](std::size_t begin, std::size_t end) {
        const auto part = times.subspan(begin, end - begin);
        return std::any_of(part.begin(), part.end(), is_wrong);
      },
      [](bool a, bool b) { return a || b; });
  std::vector<std::uint64_t> wrong;
  for (std::size_t row = 0; any && row < times.size(); ++row) {
    if (is_wrong(times[row])) wrong.push_back(row);
  }
  return wrong;
}

/// Moves the ids of rows that are not rejected together; returns which rows those are.
std::vector<std::size_t> keep_others(std::span<const RejectedRow> rejected, RowChunk& chunk) {
  std::vector<std::size_t> taken;
  auto bad = rejected.begin();
  for (std::size_t row = 0; row < chunk.size(); ++row) {
    if (bad != rejected.end() && bad->row == row) {
      ++bad;
      continue;
    }
    const auto place = taken.size();
    chunk.accounts[place] = chunk.accounts[row];
    chunk.objects[place] = chunk.objects[row];
    if (!chunk.targets.empty()) chunk.targets[place] = chunk.targets[row];
    taken.push_back(row);
  }
  chunk.shrink(taken.size());
  return taken;
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

std::vector<RejectedRow> Staging::encode_ids(const ActionBatch& batch, RowChunk& chunk) {
  std::vector<RejectedRow> accounts;
  std::vector<RejectedRow> objects;
  std::vector<RejectedRow> targets;
  parallel_for(2, 1, [&](std::size_t task, std::size_t) {
    if (task == 1) {
      objects = encode_column(batch.objects, {}, objects_, chunk.objects.view());
      return;
    }
    accounts = encode_column(batch.accounts, {}, accounts_, chunk.accounts.view());
    if (is_absent(batch.targets)) return;
    chunk.targets = Column<std::uint32_t>(chunk.size());
    targets = encode_column(batch.targets, batch.has_target, accounts_, chunk.targets.view());
  });
  auto rejected = std::move(accounts);
  rejected.insert(rejected.end(), objects.begin(), objects.end());
  rejected.insert(rejected.end(), targets.begin(), targets.end());
  for (const auto row : times_out_of_range(batch.times)) rejected.push_back({row, "time_range"});
  std::stable_sort(rejected.begin(), rejected.end(),
                   [](const auto& a, const auto& b) { return a.row < b.row; });
  rejected.erase(std::unique(rejected.begin(), rejected.end(),
                             [](const auto& a, const auto& b) { return a.row == b.row; }),
                 rejected.end());
  return rejected;
}

std::vector<RejectedRow> Staging::append(const ActionBatch& batch) {
  check_batch(batch);
  const auto kinds = number_kinds(batch);
  RowChunk chunk(batch.times.size());
  auto rejected = encode_ids(batch, chunk);
  refused_rows_ = refused_rows_ || !rejected.empty();
  const auto taken = rejected.empty() ? std::vector<std::size_t>{} : keep_others(rejected, chunk);
  if (chunk.size() == 0) return rejected;
  const bool any_target = parallel_reduce(
      chunk.size(), kGrain, false,
      [&](std::size_t begin, std::size_t end) {
        GroupNumbers::Recent recent(groups_);
        bool any = false;
        for (auto place = begin; place < end; ++place) {
          const auto row = taken.empty() ? place : taken[place];
          const auto day = day_of(batch.times[row]);
          chunk.seconds[place] = static_cast<std::uint32_t>(batch.times[row] - day * kDaySeconds);
          chunk.groups[place] = recent.of({kinds[batch.kinds[row]], day});
          if (chunk.targets.empty()) continue;
          ++chunk.targets[place];  // kNoCode becomes 0
          any = any || chunk.targets[place] != 0;
        }
        return any;
      },
      [](bool a, bool b) { return a || b; });
  if (!any_target) chunk.targets = {};
  row_count_ += chunk.size();
  chunks_.push_back(std::move(chunk));
  return rejected;
}

StagedRows Staging::take_rows() {
  row_count_ = 0;
  return {std::move(chunks_), groups_.take()};
}

}  // namespace lockstep
