#include "scan_range.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace lockstep {
namespace {

// Past this many ids a row, tables by object cost more than sorting does.
constexpr std::uint64_t kSparse = 16;

}  // namespace

void ScanRange::begin(ObjectId first, std::uint64_t last) {
  first_ = first;
  span_ = last - first;
  in_order_ = true;
  runs_.clear();
  objects_.clear();
  accounts_.clear();
  seconds_.clear();
}

void ScanRange::begin_run(TimeS midnight) {
  if (!runs_.empty() && runs_.back().begin == objects_.size()) runs_.pop_back();
  if (!runs_.empty() && runs_.back().midnight >= midnight) in_order_ = false;
  runs_.push_back({midnight, objects_.size()});
}

bool ScanRange::follows_order(const BlockColumns& block, std::size_t from, std::size_t to) const {
  const auto* const object = block.leading.data();
  const auto* const second = block.seconds.data();
  const auto* const account = block.other.data();
  std::uint32_t wrong = 0;
  for (auto i = from + 1; i < to; ++i) {
    wrong |= static_cast<std::uint32_t>(object[i] == object[i - 1]) &
             static_cast<std::uint32_t>(second[i] == second[i - 1]) &
             static_cast<std::uint32_t>(account[i] <= account[i - 1]);
  }
  if (wrong != 0) return false;
  if (objects_.size() == runs_.back().begin) return true;
  return std::tuple(objects_.back(), seconds_.back(), accounts_.back()) <
         std::tuple(object[from] - first_, second[from], account[from]);
}

void ScanRange::add(const BlockColumns& block, std::size_t from, std::size_t to) {
  if (from == to) return;
  in_order_ = in_order_ && follows_order(block, from, to);
  const auto at = [](const std::vector<std::uint32_t>& column, std::size_t i) {
    return column.begin() + static_cast<std::ptrdiff_t>(i);
  };
  const auto before = objects_.size();
  objects_.resize(before + to - from);
  std::transform(at(block.leading, from), at(block.leading, to), objects_.data() + before,
                 [this](std::uint32_t object) { return object - first_; });
  accounts_.insert(accounts_.end(), at(block.other, from), at(block.other, to));
  seconds_.insert(seconds_.end(), at(block.seconds, from), at(block.seconds, to));
}

RangeRuns ScanRange::finish(std::span<AccountId> accounts, std::span<TimeS> times) {
  runs_.push_back({0, objects_.size()});
  if (span_ > kSparse * objects_.size()) return sort_all(accounts, times);
  auto runs = place(accounts, times);
  if (!in_order_) merge_repeats(runs, accounts, times);
  return runs;
}

RangeRuns ScanRange::place(std::span<AccountId> accounts, std::span<TimeS> times) {
  RangeRuns found;
  found.rows = objects_.size();
  next_.assign(span_, 0);
  for (const auto object : objects_) ++next_[object];
  found.objects.resize(std::min<std::uint64_t>(span_, found.rows) + 1);
  found.starts.resize(found.objects.size());
  std::size_t distinct = 0;
  std::uint32_t start = 0;
  for (std::uint32_t object = 0; object < span_; ++object) {
    const auto rows = next_[object];
    found.objects[distinct] = first_ + object;
    found.starts[distinct] = start;
    distinct += rows != 0 ? 1 : 0;
    next_[object] = start;
    start += rows;
  }
  found.objects.resize(distinct);
  found.starts.resize(distinct);
  for (std::size_t run = 0; run + 1 < runs_.size(); ++run) {
    const auto midnight = runs_[run].midnight;
    for (auto i = runs_[run].begin; i < runs_[run + 1].begin; ++i) {
      const auto place = next_[objects_[i]]++;
      accounts[place] = accounts_[i];
      times[place] = midnight + seconds_[i];
    }
  }
  return found;
}

RangeRuns ScanRange::sort_all(std::span<AccountId> accounts, std::span<TimeS> times) {
  std::vector<std::pair<ObjectId, Moment>> rows;
  rows.reserve(objects_.size());
  for (std::size_t run = 0; run + 1 < runs_.size(); ++run) {
    for (auto i = runs_[run].begin; i < runs_[run + 1].begin; ++i) {
      rows.emplace_back(objects_[i], Moment{runs_[run].midnight + seconds_[i], accounts_[i]});
    }
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  RangeRuns found;
  found.rows = rows.size();
  found.duplicates = objects_.size() - rows.size();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == 0 || rows[i].first != rows[i - 1].first) {
      found.objects.push_back(first_ + rows[i].first);
      found.starts.push_back(i);
    }
    accounts[i] = rows[i].second.account;
    times[i] = rows[i].second.time;
  }
  return found;
}

void ScanRange::merge_repeats(RangeRuns& runs, std::span<AccountId> accounts,
                              std::span<TimeS> times) {
  std::size_t kept = 0;
  for (std::size_t r = 0; r < runs.objects.size(); ++r) {
    const auto end = r + 1 < runs.starts.size() ? runs.starts[r + 1] : runs.rows;
    moments_.clear();
    for (auto i = runs.starts[r]; i < end; ++i) moments_.push_back({times[i], accounts[i]});
    sort_moments();
    moments_.erase(std::unique(moments_.begin(), moments_.end()), moments_.end());
    runs.starts[r] = kept;
    for (const auto& moment : moments_) {
      times[kept] = moment.time;
      accounts[kept++] = moment.account;
    }
  }
  runs.duplicates = runs.rows - kept;
  runs.rows = kept;
}

/// Merges the ascending stretches, of which there are no more than runs.
void ScanRange::sort_moments() {
  const auto at = [this](std::size_t i) {
    return moments_.begin() + static_cast<std::ptrdiff_t>(i);
  };
  bounds_.assign(1, 0);
  for (std::size_t i = 1; i < moments_.size(); ++i) {
    if (moments_[i] < moments_[i - 1]) bounds_.push_back(i);
  }
  bounds_.push_back(moments_.size());
  while (bounds_.size() > 2) {
    std::size_t kept = 1;
    for (std::size_t b = 2; b < bounds_.size(); b += 2) {
      std::inplace_merge(at(bounds_[b - 2]), at(bounds_[b - 1]), at(bounds_[b]));
      bounds_[kept++] = bounds_[b];
    }
    if (bounds_.size() % 2 == 0) bounds_[kept++] = bounds_.back();
    bounds_.resize(kept);
  }
}

}  // namespace lockstep
