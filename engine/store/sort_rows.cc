#include "sort_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <mutex>

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

/// The group of one row after the other; most are of a kind and day of a row shortly before.
template <class Number>
class SortedRows::Numbering {
 public:
  /// `number(group)` is asked where a group was not met lately.
  explicit Numbering(const Number& number) : number_(number) {}

  struct Group {
    std::uint16_t kind = 0;
    TimeS midnight = std::numeric_limits<TimeS>::max() - kDaySeconds;
    std::size_t number = 0;
  };

  const Group& of(const ActionRow& row) {
    for (const auto& group : recent_) {
      if (row.kind == group.kind && row.time >= group.midnight &&
          row.time < group.midnight + kDaySeconds) {
        return group;
      }
    }
    auto& oldest = recent_[next_++ % recent_.size()];
    const KindDay group{row.kind, day_of(row.time)};
    oldest = {row.kind, group.day * kDaySeconds, number_(group)};
    return oldest;
  }

 private:
  const Number& number_;
  std::array<Group, 8> recent_;
  std::size_t next_ = 0;
};

SortedRows::Groups SortedRows::groups_of(const RowChunks& rows) {
  Groups groups;
  std::mutex guard;
  for_each_stretch(rows, [&](const auto& chunk, std::size_t, std::size_t begin, std::size_t end) {
    std::set<KindDay> found;
    const auto note = [&](const KindDay& group) {
      found.insert(group);
      return std::size_t{0};
    };
    Numbering numbering(note);
    std::uint32_t targets = 0;
    for (auto i = begin; i < end; ++i) {
      static_cast<void>(numbering.of(chunk[i]));
      targets |= chunk[i].target;
    }
    const std::lock_guard hold(guard);  // a union is the same in any order
    groups.all.insert(found.begin(), found.end());
    groups.targets = groups.targets || targets != 0;
  });
  return groups;
}

std::uint64_t SortedRows::word_of(const Packed& row) const {
  auto word = high(row.leading);
  word = word << widths_.leading | low(row.leading);
  word = word << kSecondBits | high(row.trailing);
  return word << widths_.other | low(row.trailing);
}

SortedRows::Packed SortedRows::packed(std::size_t i) const {
  if (!narrow_) return rows_[i];
  auto word = words_[i];
  const auto other = static_cast<std::uint32_t>(word & mask(widths_.other));
  word >>= widths_.other;
  const auto second = word & mask(kSecondBits);
  word >>= kSecondBits;
  const auto leading = static_cast<std::uint32_t>(word & mask(widths_.leading));
  const auto group = widths_.group == 0 ? 0 : word >> widths_.leading;
  return {words(group, leading), words(second, other), 0};
}

/// `each(take)` calls `take(i, row)` once for every row, in parallel.
template <class Each>
void SortedRows::fill(std::size_t n, const Each& each) {
  const auto width = [](std::uint64_t ids) {
    return static_cast<unsigned>(std::bit_width(ids == 0 ? 0 : ids - 1));
  };
  widths_ = {width(leading_ids_), width(other_ids_), width(groups_->size())};
  narrow_ = widths_.sum() <= 64 && !has_targets_;
  if (narrow_) {
    words_ = Column<std::uint64_t>(n);
    each([&](std::size_t i, const Packed& row) { words_[i] = word_of(row); });
    Column<std::uint64_t> scratch(n);
    radix_sort(words_.view(), scratch.view(), widths_.sum());
    return;
  }
  Column<Packed> unsorted(n);
  each([&](std::size_t i, const Packed& row) { unsorted[i] = row; });
  const auto number = [&](const Packed& row) {
    return high(row.leading) * leading_ids_ + low(row.leading);
  };
  rows_ = bucket_sorted<Packed>(
      n, groups_->size() * leading_ids_, [&](std::size_t i) { return unsorted[i]; }, number,
      [](const Packed& a, const Packed& b) {
        if (a.leading != b.leading) return a.leading < b.leading;
        return a.trailing != b.trailing ? a.trailing < b.trailing : a.target < b.target;
      });
}

void SortedRows::drop_repeats() {
  if (!narrow_) {
    rows_.erase(std::unique(rows_.begin(), rows_.end()), rows_.end());
    return;
  }
  auto* const first = words_.data();
  words_.shrink(static_cast<std::size_t>(std::unique(first, first + words_.size()) - first));
}

SortedRows SortedRows::by_object(RowChunks rows, const Groups& groups, const Renumbering& to,
                                 std::uint64_t objects, std::uint64_t accounts) {
  const auto renumbered = [](const auto& numbers, auto number) {
    return numbers.empty() ? number : numbers[number];
  };
  std::set<KindDay> all;
  for (const auto& [kind, day] : groups.all) all.insert({renumbered(to.kinds, kind), day});
  SortedRows sorted;
  sorted.groups_ = std::make_shared<const std::vector<KindDay>>(all.begin(), all.end());
  sorted.has_targets_ = groups.targets;
  sorted.leading_ids_ = objects;
  sorted.other_ids_ = accounts;
  const auto number_of = [&, &ordered = *sorted.groups_](const KindDay& group) {
    const KindDay own{renumbered(to.kinds, group.kind), group.day};
    return static_cast<std::size_t>(std::lower_bound(ordered.begin(), ordered.end(), own) -
                                    ordered.begin());
  };
  std::size_t n = 0;
  for (const auto& chunk : rows) n += chunk.size();
  sorted.fill(n, [&](const auto& take) {
    for_each_stretch(
        rows, [&](const auto& chunk, std::size_t place, std::size_t begin, std::size_t end) {
          Numbering numbering(number_of);
          for (auto i = begin; i < end; ++i) {
            const auto& row = chunk[i];
            const auto& group = numbering.of(row);
            const auto second = static_cast<std::uint64_t>(row.time - group.midnight);
            const auto target = row.target == 0 ? 0 : renumbered(to.accounts, row.target - 1) + 1;
            take(place + i - begin,
                 Packed{words(group.number, renumbered(to.objects, row.object)),
                        words(second, renumbered(to.accounts, row.account)), target});
          }
        });
    rows.clear();
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
  sorted.fill(size(), [&](const auto& take) {
    parallel_for(size(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (auto i = begin; i < end; ++i) {
        const auto row = packed(i);
        take(i, Packed{words(high(row.leading), low(row.trailing)),
                       words(high(row.trailing), low(row.leading)), row.target});
      }
    });
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
