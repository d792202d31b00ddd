#include "sort_rows.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "bucket_sort.h"
#include "lockstep/parallel.h"
#include "radix_sort.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 16;

unsigned width_of(std::uint64_t numbers) {
  return static_cast<unsigned>(std::bit_width(numbers == 0 ? 0 : numbers - 1));
}

std::uint32_t renumbered(std::span<const std::uint32_t> numbers, std::uint32_t number) {
  return numbers.empty() ? number : numbers[number];
}

/// `visit(row)` for rows [begin, end), each with its new numbers.
template <class Visit>
void for_each_row(const StagedRows& rows, const SortedRows::Renumbering& to,
                  std::span<const std::uint32_t> rank, std::size_t begin, std::size_t end,
                  const Visit& visit) {
  for_each_piece(rows.chunks, begin, end,
                 [&](const RowChunk& chunk, std::size_t first, std::size_t last) {
                   for (auto i = first; i < last; ++i) {
                     const auto target = chunk.target(i);
                     visit(RowParts{rank[chunk.groups[i]], renumbered(to.objects, chunk.objects[i]),
                                    chunk.seconds[i], renumbered(to.accounts, chunk.accounts[i]),
                                    target == 0 ? 0 : renumbered(to.accounts, target - 1) + 1});
                   }
                 });
}

}  // namespace

SortedRows::SortedRows(BlockOrder order, std::shared_ptr<const std::vector<KindDay>> groups,
                       std::uint64_t leading_ids, std::uint64_t other_ids, bool has_targets)
    : groups_(std::move(groups)),
      order_(order),
      has_targets_(has_targets),
      leading_ids_(leading_ids),
      other_ids_(other_ids),
      layout_(width_of(groups_->size()), width_of(leading_ids), width_of(other_ids)) {}

SortedRows::Packed SortedRows::packed(const RowParts& row) {
  return {std::uint64_t{row.group} << 32 | row.leading, std::uint64_t{row.second} << 32 | row.other,
          row.target};
}

RowParts SortedRows::parts_of(const Packed& row) {
  return {static_cast<std::uint32_t>(row.first >> 32), static_cast<std::uint32_t>(row.first),
          static_cast<std::uint32_t>(row.second >> 32), static_cast<std::uint32_t>(row.second),
          row.target};
}

RowParts SortedRows::parts(std::size_t i) const {
  return is_narrow() ? layout_.parts_of(words_[i]) : parts_of(rows_[i]);
}

void SortedRows::sort_packed(const Column<Packed>& unsorted) {
  const auto number = [&](const Packed& row) {
    return (row.first >> 32) * leading_ids_ + static_cast<std::uint32_t>(row.first);
  };
  rows_ = bucket_sorted<Packed>(
      unsorted.size(), groups_->size() * leading_ids_, [&](std::size_t i) { return unsorted[i]; },
      number, std::less<>());
}

void SortedRows::drop_repeats() {
  if (!is_narrow()) {
    rows_.erase(std::unique(rows_.begin(), rows_.end()), rows_.end());
    return;
  }
  auto* const first = words_.data();
  words_.shrink(static_cast<std::size_t>(std::unique(first, first + words_.size()) - first));
}

std::pair<SortedRows, SortedRows> SortedRows::in_both_orders(StagedRows rows, const Renumbering& to,
                                                             std::uint64_t objects,
                                                             std::uint64_t accounts) {
  auto groups = rows.groups;
  std::sort(groups.begin(), groups.end());
  std::vector<std::uint32_t> rank;
  for (const auto& group : rows.groups) {
    const auto at = std::lower_bound(groups.begin(), groups.end(), group) - groups.begin();
    rank.push_back(static_cast<std::uint32_t>(at));
  }
  SortedRows sorted(BlockOrder::kByObject,
                    std::make_shared<const std::vector<KindDay>>(std::move(groups)), objects,
                    accounts, rows.has_targets());
  const auto n = rows.size();
  if (sorted.is_narrow()) {
    sorted.words_ = Column<std::uint64_t>(n);
    const auto dealt = deal_words(
        sorted.layout_.bits(),
        [&, layout = sorted.layout_](std::size_t begin, std::size_t end, const auto& visit) {
          for_each_row(rows, to, rank, begin, end,
                       [&](const RowParts& row) { visit(layout.word_of(row)); });
        },
        sorted.words_.view());
    rows.chunks.clear();
    sort_dealt(dealt, sorted.layout_.tail(), sorted.words_.view());
  } else {
    Column<Packed> unsorted(n);
    parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
      for_each_row(rows, to, rank, begin, end,
                   [&](const RowParts& row) { unsorted[begin++] = packed(row); });
    });
    rows.chunks.clear();
    sorted.sort_packed(unsorted);
  }
  sorted.drop_repeats();
  auto turned = sorted.turned();
  return {std::move(sorted), std::move(turned)};
}

SortedRows SortedRows::turned() const {
  SortedRows sorted(BlockOrder::kByAccount, groups_, other_ids_, leading_ids_, has_targets_);
  if (is_narrow()) {
    sorted.words_ = Column<std::uint64_t>(size());
    const auto each = [from = layout_, to = sorted.layout_, words = words_.data()](
                          std::size_t begin, std::size_t end, const auto& visit) {
      for (auto i = begin; i < end; ++i) visit(to.word_of(from.parts_of(words[i]).turned()));
    };
    radix_sort({sorted.layout_.bits(), sorted.layout_.tail()}, each, sorted.words_.view());
    return sorted;
  }
  Column<Packed> unsorted(size());
  parallel_for(size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i) unsorted[i] = packed(parts_of(rows_[i]).turned());
  });
  sorted.sort_packed(unsorted);
  return sorted;
}

ActionRow SortedRows::at(std::size_t i) const {
  const auto row = parts(i);
  const auto& group = (*groups_)[row.group];
  const bool by_object = order_ == BlockOrder::kByObject;
  return {group.day * kDaySeconds + row.second, by_object ? row.other : row.leading,
          by_object ? row.leading : row.other, row.target, group.kind};
}

void SortedRows::columns(std::size_t begin, std::size_t end, BlockColumns& block) const {
  const auto n = end - begin;
  block.day = (*groups_)[group(begin)].day;
  block.leading.resize(n);
  block.seconds.resize(n);
  block.other.resize(n);
  block.targets.resize(has_targets_ ? n : 0);
  const auto put = [leading = block.leading.data(), seconds = block.seconds.data(),
                    other = block.other.data()](std::size_t i, const RowParts& row) {
    leading[i] = row.leading;
    seconds[i] = row.second;
    other[i] = row.other;
  };
  if (is_narrow()) {
    const auto layout = layout_;
    for (std::size_t i = 0; i < n; ++i) put(i, layout.parts_of(words_[begin + i]));
    return;
  }
  std::uint32_t any = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const auto row = parts_of(rows_[begin + i]);
    put(i, row);
    if (has_targets_) block.targets[i] = row.target;
    any |= row.target;
  }
  if (any == 0) block.targets.clear();
}

}  // namespace lockstep
