#include "sort_rows.h"

#include <algorithm>

#include "bucket_sort.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 16;

std::uint64_t words(std::uint64_t high, std::uint32_t low) { return high << 32 | low; }

}  // namespace

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

template <class Make>
void SortedRows::fill(std::size_t n, std::uint64_t ids, const Make& make) {
  const auto number = [&](const Packed& row) {
    return (row.leading >> 32) * ids + static_cast<std::uint32_t>(row.leading);
  };
  rows_ = bucket_sorted<Packed>(
      n, groups_->size() * ids, make, number, [](const Packed& a, const Packed& b) {
        if (a.leading != b.leading) return a.leading < b.leading;
        return a.trailing != b.trailing ? a.trailing < b.trailing : a.target < b.target;
      });
}

SortedRows SortedRows::by_object(std::vector<ActionRow> rows, std::uint64_t objects) {
  SortedRows sorted;
  const auto groups = std::make_shared<const std::vector<KindDay>>(groups_of(rows));
  sorted.groups_ = groups;
  sorted.fill(rows.size(), objects, [&](std::size_t i) -> Packed {
    const auto& row = rows[i];
    const KindDay group{row.kind, day_of(row.time)};
    const auto number = std::lower_bound(groups->begin(), groups->end(), group) - groups->begin();
    const auto second = static_cast<std::uint64_t>(row.time - group.day * kDaySeconds);
    return {words(static_cast<std::uint64_t>(number), row.object), words(second, row.account),
            row.target};
  });
  auto& packed = sorted.rows_;
  packed.erase(std::unique(packed.begin(), packed.end()), packed.end());
  return sorted;
}

SortedRows SortedRows::by_account(std::uint64_t accounts) const {
  SortedRows sorted;
  sorted.groups_ = groups_;
  sorted.order_ = BlockOrder::kByAccount;
  sorted.fill(rows_.size(), accounts, [&](std::size_t i) -> Packed {
    const auto& row = rows_[i];
    return {words(row.leading >> 32, static_cast<std::uint32_t>(row.trailing)),
            words(row.trailing >> 32, static_cast<std::uint32_t>(row.leading)), row.target};
  });
  return sorted;
}

ActionRow SortedRows::at(std::size_t i) const {
  const auto& row = rows_[i];
  const auto& group = (*groups_)[row.leading >> 32];
  const auto major = static_cast<std::uint32_t>(row.leading);
  const auto minor = static_cast<std::uint32_t>(row.trailing);
  const bool by_object = order_ == BlockOrder::kByObject;
  return {group.day * kDaySeconds + static_cast<TimeS>(row.trailing >> 32),
          by_object ? minor : major, by_object ? major : minor, row.target, group.kind};
}

}  // namespace lockstep
