#include "row_folder.h"

#include <algorithm>

#include "pick_below.h"

namespace lockstep {
namespace {

// A small entry: objects in the top 8 bits, pairs in 16, the object visited last in 8.
constexpr std::uint64_t kMostRows = 0xFFFF;
constexpr std::uint32_t kVisitMask = 0xFF;
constexpr std::uint32_t kOnePair = 1U << 8;
constexpr std::uint32_t kOneObject = 1U << 24;

constexpr std::size_t kBlock = 4096;        // rows picked at a time
constexpr std::size_t kWindowsAhead = 8;    // how far ahead rows are fetched
constexpr std::uint32_t kRowsAhead = 256;   // and how many; the core's own fetcher goes on
constexpr std::uint32_t kLineRows = 16;     // rows of 4 bytes in a line of the cache
constexpr std::size_t kPartnersAhead = 32;  // how far ahead entries are fetched

inline void fetch(const void* address) { __builtin_prefetch(address); }

}  // namespace

/// Windows lie anywhere in the rows: asked for in time, they cost no wait.
void RowFolder::fetch_ahead(std::span<const Window> windows, std::size_t at) const {
  const Window& window = windows[std::min(at + kWindowsAhead, windows.size() - 1)];
  const auto end = std::min(window.end, window.begin + kRowsAhead);
  for (auto row = window.begin; row < end; row += kLineRows) fetch(rows_.rank.data() + row);
}

FoldCounts RowFolder::fold(std::span<const Window> windows, std::size_t& at,
                           std::uint32_t min_objects, std::uint32_t least,
                           std::vector<Partner>& kept) {
  const std::size_t begin = at;
  const std::uint32_t rank = windows[begin].rank;
  std::uint64_t rows = 0;
  std::uint64_t visits = 0;
  for (; at < windows.size() && windows[at].rank == rank; ++at) {
    rows += windows[at].end - windows[at].begin;
    visits += at == begin || windows[at].run != windows[at - 1].run ? 1 : 0;
  }
  if (rows <= kMostRows && visits <= kMostVisits) {
    return fold_small(windows, begin, at, min_objects, least, kept);
  }
  return fold_large(windows.subspan(begin, at - begin), min_objects, least, kept);
}

FoldCounts RowFolder::fold_small(std::span<const Window> windows, std::size_t begin,
                                 std::size_t end, std::uint32_t min_objects, std::uint32_t least,
                                 std::vector<Partner>& kept) {
  const std::uint32_t rank = windows[begin].rank;
  picked_.resize(kMostRows + kPickSlack + kPartnersAhead);
  harvest_.resize(kMostRows + 1);
  visits_.clear();
  std::size_t count = 0;
  for (auto i = begin; i < end; ++i) {
    fetch_ahead(windows, i);
    const Window& window = windows[i];
    if (i != begin && window.run != windows[i - 1].run) {
      visits_.push_back(static_cast<std::uint32_t>(count));
    }
    count += pick_below(rows_.rank.data() + window.begin, window.end - window.begin, rank,
                        picked_.data() + count);
  }
  visits_.push_back(static_cast<std::uint32_t>(count));
  std::fill_n(picked_.begin() + static_cast<std::ptrdiff_t>(count), kPartnersAhead, 0U);

  std::size_t i = 0;
  for (std::uint32_t visit = 1; visit <= visits_.size(); ++visit) {
    for (; i < visits_[visit - 1]; ++i) {
      fetch(small_.data() + picked_[i + kPartnersAhead]);
      std::uint32_t& entry = small_[picked_[i]];
      const std::uint32_t is_new = (entry & kVisitMask) != visit ? kOneObject : 0;
      entry = ((entry & ~kVisitMask) | visit) + kOnePair + is_new;
    }
  }
  FoldCounts counts{count, 0};
  std::size_t harvested = 0;
  for (i = 0; i < count; ++i) {  // the first of repeats takes it all, the others find 0
    const std::uint32_t entry = small_[picked_[i]];
    small_[picked_[i]] = 0;
    harvest_[harvested] = static_cast<std::uint64_t>(picked_[i]) << 32 | entry;
    counts.partners += entry / kOneObject >= min_objects ? 1 : 0;
    harvested += entry / kOneObject >= least ? 1 : 0;
  }
  for (i = 0; i < harvested; ++i) {
    const auto entry = static_cast<std::uint32_t>(harvest_[i]);
    kept.push_back({static_cast<std::uint32_t>(harvest_[i] >> 32), entry / kOneObject,
                    entry % kOneObject / kOnePair});
  }
  return counts;
}

/// Calls `body(window, partners)` for the partners in each window, a block of rows at a time.
template <class Body>
void RowFolder::for_each_block(std::span<const Window> windows, const Body& body) {
  picked_.resize(kMostRows + kPickSlack + kPartnersAhead);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    fetch_ahead(windows, i);
    for (std::size_t row = windows[i].begin; row < windows[i].end; row += kBlock) {
      const auto rows = std::min<std::size_t>(kBlock, windows[i].end - row);
      const auto count = pick_below(rows_.rank.data() + row, rows, windows[i].rank, picked_.data());
      body(i, std::span<const std::uint32_t>(picked_.data(), count));
    }
  }
}

FoldCounts RowFolder::fold_large(std::span<const Window> windows, std::uint32_t min_objects,
                                 std::uint32_t least, std::vector<Partner>& kept) {
  const std::uint32_t rank = windows.front().rank;
  if (large_.size() < rank) large_.resize(rank);
  FoldCounts counts;
  std::uint32_t visit = 1;
  std::size_t last = 0;
  for_each_block(windows, [&](std::size_t i, std::span<const std::uint32_t> partners) {
    visit += windows[i].run != windows[last].run ? 1 : 0;
    last = i;
    counts.instances += partners.size();
    for (const auto partner : partners) {
      LargeEntry& entry = large_[partner];
      entry.objects += entry.visit != visit ? 1 : 0;
      entry.visit = visit;
      ++entry.pairs;
    }
  });
  const auto reap = [&](std::uint32_t partner) {
    LargeEntry& entry = large_[partner];
    counts.partners += entry.objects >= min_objects ? 1 : 0;
    if (entry.objects >= least) kept.push_back({partner, entry.objects, entry.pairs});
    entry = {};
  };
  if (counts.instances >= rank / 8) {
    for (std::uint32_t partner = 0; partner < rank; ++partner) reap(partner);
  } else {
    for_each_block(windows, [&](std::size_t, std::span<const std::uint32_t> partners) {
      for (const auto partner : partners) reap(partner);
    });
  }
  return counts;
}

}  // namespace lockstep
