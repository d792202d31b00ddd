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

/// Codes of a column, kNoCode where the id cannot be taken, and why not.
struct Encoded {
  std::vector<std::uint32_t> codes;
  std::vector<RejectedRow> rejected;
};

const char* fault_of(std::string_view id) {
  if (id.empty()) return "id";
  if (id.size() > kLongestId) return "id_too_long";
  if (id.find('\0') != std::string_view::npos) return "nul";
  return is_utf8(id) ? nullptr : "utf8";
}

Encoded encode_column(const IdColumn& column, std::size_t rows,
                      std::span<const std::uint8_t> present, Dictionary& dictionary) {
  Encoded encoded;
  encoded.codes.assign(rows, kNoCode);
  if (column.text_offsets.empty() && present.empty()) {
    dictionary.add(column.numbers, encoded.codes);
    return encoded;
  }
  for (std::size_t row = 0; row < rows; ++row) {
    if (!present.empty() && present[row] == 0) continue;
    if (column.text_offsets.empty()) {
      encoded.codes[row] = dictionary.add(column.numbers[row]);
      continue;
    }
    const auto begin = static_cast<std::size_t>(column.text_offsets[row]);
    const auto end = static_cast<std::size_t>(column.text_offsets[row + 1]);
    const std::string_view id(column.text.data() + begin, end - begin);
    if (const char* fault = fault_of(id)) {
      encoded.rejected.push_back({row, fault});
    } else {
      encoded.codes[row] = dictionary.add(id);
    }
  }
  return encoded;
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
  for (const auto kind : batch.kinds) {
    if (kind >= batch.kind_names.size()) throw InvalidArgument("a kind is past kind_names");
  }
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

std::vector<RejectedRow> Staging::append(const ActionBatch& batch) {
  check_batch(batch);
  const auto kinds = number_kinds(batch);
  const auto rows = batch.times.size();
  Encoded accounts;
  Encoded targets;
  Encoded objects;
  parallel_for(2, 1, [&](std::size_t task, std::size_t) {
    if (task == 0) {
      accounts = encode_column(batch.accounts, rows, {}, accounts_);
      if (!is_absent(batch.targets)) {
        targets = encode_column(batch.targets, rows, batch.has_target, accounts_);
      }
    } else {
      objects = encode_column(batch.objects, rows, {}, objects_);
    }
  });
  std::vector<RejectedRow> rejected = std::move(accounts.rejected);
  rejected.insert(rejected.end(), objects.rejected.begin(), objects.rejected.end());
  rejected.insert(rejected.end(), targets.rejected.begin(), targets.rejected.end());
  for (const auto row : times_out_of_range(batch.times)) rejected.push_back({row, "time_range"});
  std::stable_sort(rejected.begin(), rejected.end(),
                   [](const auto& a, const auto& b) { return a.row < b.row; });
  rejected.erase(std::unique(rejected.begin(), rejected.end(),
                             [](const auto& a, const auto& b) { return a.row == b.row; }),
                 rejected.end());

  const auto row_at = [&](std::size_t row) -> ActionRow {
    const auto target = targets.codes.empty() ? kNoCode : targets.codes[row];
    return {batch.times[row], accounts.codes[row], objects.codes[row],
            target == kNoCode ? 0 : target + 1, kinds[batch.kinds[row]]};
  };
  refused_rows_ = refused_rows_ || !rejected.empty();
  if (rows == rejected.size()) return rejected;
  auto& chunk = chunks_.emplace_back(rows - rejected.size());
  row_count_ += chunk.size();
  parallel_for(rows, kGrain, [&](std::size_t begin, std::size_t end) {
    auto skip = std::lower_bound(rejected.begin(), rejected.end(), begin,
                                 [](const auto& bad, std::size_t row) { return bad.row < row; });
    auto place = begin - static_cast<std::size_t>(skip - rejected.begin());
    for (auto row = begin; row < end; ++row) {
      if (skip != rejected.end() && skip->row == row) {
        ++skip;
      } else {
        chunk[place++] = row_at(row);
      }
    }
  });
  return rejected;
}

RowChunks Staging::take_rows() {
  row_count_ = 0;
  return std::move(chunks_);
}

}  // namespace lockstep
