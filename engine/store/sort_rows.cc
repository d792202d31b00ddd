#include "sort_rows.h"

#include <algorithm>
#include <bit>

#include "bucket_sort.h"
#include "lockstep/parallel.h"
#include "radix_sort.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 16;
constexpr unsigned kSecondBits = 17;
static_assert(kDaySeconds <= 1 << kSecondBits);

std::uint64_t words(std::uint64_t high, std::uint32_t low) { return high << 32 | low; }
std::uint64_t high(std::uint64_t word) { return word >> 32; }
std::uint32_t low(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
std::uint64_t mask(unsigned bits) { return (1ULL << bits) - 1; }

}  // namespace

unsigned SortedRows::Widths::sum() const { return group + leading + kSecondBits + other; }

std::vector<SortedRows::KindDay> SortedRows::groups_of(const std::vector<ActionRow>& rows) {
  return parallel_reduce(
      rows.size(), kGrain, std::vector<KindDay>(),
      [&](std::size_t begin, std::size_t end) {
        std::vector<KindDay> found;
        for (auto i = begin; i < end; ++i) {
          const KindDay group{rows[i].kind, day_of(rows[i].time)};
          const auto at = std::lower_bound(found.begin(), found.end(), group);
          if (at == found.end() || *at != group) found.insert(at, group);
        }
        return found;
      },
      [](const std::vector<KindDay>& a, const std::vector<KindDay>& b) {
        std::vector<KindDay> both;
        std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
        return both;
      });
}

std::uint64_t SortedRows::word_of(const Packed& row) const {
  auto word = high(row.leading);
  word = word << widths_.leading | low(row.leading);
  word = word << kSecondBits | high(row.trailing);
  return word << widths_.other | low(row.trailing);
}

SortedRows::Packed SortedRows::packed(std::size_t i) const {
  if (!narrow()) return rows_[i];
  auto word = words_[i];
  const auto other = static_cast<std::uint32_t>(word & mask(widths_.other));
  word >>= widths_.other;
  const auto second = word & mask(kSecondBits);
  word >>= kSecondBits;
  const auto leading = static_cast<std::uint32_t>(word & mask(widths_.leading));
  const auto group = widths_.group == 0 ? 0 : word >> widths_.leading;
  return {words(group, leading), words(second, other), 0};
}

template <class Make>
void SortedRows::fill(std::size_t n, const Make& make) {
  const auto width = [](std::uint64_t ids) {
    return static_cast<unsigned>(std::bit_width(ids == 0 ? 0 : ids - 1));
  };
  widths_ = {width(leading_ids_), width(other_ids_), width(groups_->size())};
  if (narrow()) {
    words_ = Column<std::uint64_t>(n);
    Column<std::uint64_t> scratch(n);
    parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
      for (auto i = begin; i < end; ++i) words_[i] = word_of(make(i));
    });
    radix_sort(words_.view(), scratch.view(), widths_.sum());
    return;
  }
  const auto number = [&](const Packed& row) {
    return high(row.leading) * leading_ids_ + low(row.leading);
  };
  rows_ = bucket_sorted<Packed>(
      n, groups_->size() * leading_ids_, make, number, [](const Packed& a, const Packed& b) {
        if (a.leading != b.leading) return a.leading < b.leading;
        return a.trailing != b.trailing ? a.trailing < b.trailing : a.target < b.target;
      });
}

void SortedRows::drop_repeats() {
  if (!narrow()) {
    rows_.erase(std::unique(rows_.begin(), rows_.end()), rows_.end());
    return;
  }
  auto* const first = words_.data();
  words_.shrink(static_cast<std::size_t>(std::unique(first, first + words_.size()) - first));
}

SortedRows SortedRows::by_object(std::vector<ActionRow> rows, std::uint64_t objects,
                                 std::uint64_t accounts) {
  SortedRows sorted;
  const auto groups = std::make_shared<const std::vector<KindDay>>(groups_of(rows));
  sorted.groups_ = groups;
  sorted.leading_ids_ = objects;
  sorted.other_ids_ = accounts;
  sorted.has_targets_ = parallel_reduce(
      rows.size(), kGrain, false,
      [&](std::size_t begin, std::size_t end) {
        std::uint32_t any = 0;
        for (auto i = begin; i < end; ++i) any |= rows[i].target;
        return any != 0;
      },
      [](bool a, bool b) { return a || b; });
  sorted.fill(rows.size(), [&](std::size_t i) -> Packed {
    const auto& row = rows[i];
    const KindDay group{row.kind, day_of(row.time)};
    const auto number = std::lower_bound(groups->begin(), groups->end(), group) - groups->begin();
    const auto second = static_cast<std::uint64_t>(row.time - group.day * kDaySeconds);
    return {words(static_cast<std::uint64_t>(number), row.object), words(second, row.account),
            row.target};
  });
  sorted.drop_repeats();
  return sorted;
}

SortedRows SortedRows::by_account() const {
  SortedRows sorted;
  sorted.groups_ = groups_;
  sorted.order_ = BlockOrder::kByAccount;
  sorted.has_targets_ = has_targets_;
  sorted.leading_ids_ = other_ids_;
  sorted.other_ids_ = leading_ids_;
  sorted.fill(size(), [&](std::size_t i) -> Packed {
    const auto row = packed(i);
    return {words(high(row.leading), low(row.trailing)),
            words(high(row.trailing), low(row.leading)), row.target};
  });
  return sorted;
}

std::uint32_t SortedRows::group(std::size_t i) const {
  return static_cast<std::uint32_t>(high(packed(i).leading));
}

ActionRow SortedRows::at(std::size_t i) const {
  const auto row = packed(i);
  const auto& group = (*groups_)[high(row.leading)];
  const bool by_object = order_ == BlockOrder::kByObject;
  return {group.day * kDaySeconds + static_cast<TimeS>(high(row.trailing)),
          by_object ? low(row.trailing) : low(row.leading),
          by_object ? low(row.leading) : low(row.trailing), row.target, group.kind};
}

void SortedRows::columns(std::size_t begin, std::size_t end, BlockColumns& block) const {
  block.day = (*groups_)[group(begin)].day;
  block.leading.resize(end - begin);
  block.seconds.resize(end - begin);
  block.other.resize(end - begin);
  block.targets.resize(has_targets_ ? end - begin : 0);
  std::uint32_t any = 0;
  for (auto i = begin; i < end; ++i) {
    const auto row = packed(i);
    block.leading[i - begin] = low(row.leading);
    block.seconds[i - begin] = static_cast<std::uint32_t>(high(row.trailing));
    block.other[i - begin] = low(row.trailing);
    if (has_targets_) block.targets[i - begin] = row.target;
    any |= row.target;
  }
  if (any == 0) block.targets.clear();
}

}  // namespace lockstep
