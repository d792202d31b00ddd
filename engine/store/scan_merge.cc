#include "scan_merge.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "scan_range.h"

namespace lockstep {
namespace {

// A range's rows as read and as written are 3 MiB each: two threads' fit a shared cache, and the
// blocks that two ranges share are few beside it.
constexpr std::size_t kRangeRows = 1 << 18;
constexpr std::uint64_t kMostRows = (1ULL << 32) - 1;  // row numbers are 32 bits in projection

using Run = std::span<const ScanBlock>;

std::vector<Run> split_runs(const std::vector<ScanBlock>& blocks) {
  std::vector<Run> runs;
  for (std::size_t begin = 0, i = 1; i <= blocks.size(); ++i) {
    if (i < blocks.size() && blocks[i].day == blocks[begin].day &&
        blocks[i].epoch == blocks[begin].epoch) {
      continue;
    }
    runs.push_back(std::span(blocks).subspan(begin, i - begin));
    begin = i;
  }
  return runs;
}

/// Objects at which ranges of about kRangeRows rows begin, the first at 0, and the end of all.
std::vector<std::uint64_t> choose_bounds(const std::vector<ScanBlock>& blocks,
                                         std::uint64_t objects) {
  std::vector<std::pair<ObjectId, std::size_t>> sizes;
  sizes.reserve(blocks.size());
  for (const auto& block : blocks) sizes.emplace_back(block.first_object, block.rows);
  std::sort(sizes.begin(), sizes.end());
  std::vector<std::uint64_t> bounds{0};
  std::size_t rows = 0;
  for (const auto& [object, more] : sizes) {
    if (rows >= kRangeRows && object > bounds.back()) {
      bounds.push_back(object);
      rows = 0;
    }
    rows += more;
  }
  bounds.push_back(std::max(objects, bounds.back() + 1));
  return bounds;
}

/// One merge under way.
class Merge {
 public:
  Merge(const std::vector<ScanBlock>& blocks, const ScanLimits& limits)
      : limits_(limits), runs_(split_runs(blocks)), bounds_(choose_bounds(blocks, limits.objects)) {
    for (const auto& run : runs_) {
      std::vector<std::size_t> before{0};
      for (const auto& block : run) before.push_back(before.back() + block.rows);
      rows_before_.push_back(std::move(before));
    }
  }

  ScanResult run(RunControl* control);

 private:
  struct Scratch {
    BlockColumns block;
    ScanRange range;
  };

  [[nodiscard]] std::size_t ranges() const { return bounds_.size() - 1; }
  [[nodiscard]] static std::size_t first_block(const Run& run, std::uint64_t object);
  void decode(const ScanBlock& block, BlockColumns& columns) const;
  [[nodiscard]] std::size_t rows_below(std::uint64_t object, BlockColumns& columns) const;
  void read_range(std::size_t range, Scratch& scratch) const;
  ScanResult assemble(Column<AccountId> accounts, Column<TimeS> times,
                      const std::vector<std::size_t>& starts,
                      const std::vector<RangeRuns>& found) const;

  const ScanLimits& limits_;
  std::vector<Run> runs_;
  std::vector<std::vector<std::size_t>> rows_before_;  ///< a run: rows before each of its blocks
  std::vector<std::uint64_t> bounds_;
};

/// The first block of a run that may hold the object or a later one.
std::size_t Merge::first_block(const Run& run, std::uint64_t object) {
  const auto at = std::lower_bound(
      run.begin(), run.end(), object,
      [](const ScanBlock& block, std::uint64_t id) { return block.first_object < id; });
  const auto place = static_cast<std::size_t>(at - run.begin());
  return place == 0 ? 0 : place - 1;
}

void Merge::decode(const ScanBlock& block, BlockColumns& columns) const {
  if (decode_columns(block.bytes, columns) && columns.leading.back() < limits_.objects &&
      columns.largest_other() < limits_.accounts) {
    return;
  }
  limits_.damaged(block);
}

std::size_t Merge::rows_below(std::uint64_t object, BlockColumns& columns) const {
  std::size_t rows = 0;
  for (std::size_t r = 0; r < runs_.size(); ++r) {
    const auto block = first_block(runs_[r], object);
    rows += rows_before_[r][block];
    decode(runs_[r][block], columns);
    const auto& ids = columns.leading;
    rows +=
        static_cast<std::size_t>(std::lower_bound(ids.begin(), ids.end(), object) - ids.begin());
  }
  return rows;
}

void Merge::read_range(std::size_t range, Scratch& scratch) const {
  const auto first = bounds_[range];
  const auto last = bounds_[range + 1];
  scratch.range.begin(static_cast<ObjectId>(first), last);
  for (const auto& run : runs_) {
    scratch.range.begin_run(run.front().day * kDaySeconds);
    for (auto b = first_block(run, first); b < run.size() && run[b].first_object < last; ++b) {
      decode(run[b], scratch.block);
      const auto& ids = scratch.block.leading;
      const auto from = std::lower_bound(ids.begin(), ids.end(), first) - ids.begin();
      const auto to = std::lower_bound(ids.begin(), ids.end(), last) - ids.begin();
      scratch.range.add(scratch.block, static_cast<std::size_t>(from),
                        static_cast<std::size_t>(to));
    }
  }
}

ScanResult Merge::run(RunControl* control) {
  std::vector<std::size_t> starts(ranges() + 1, 0);
  for (const auto& before : rows_before_) starts.back() += before.back();
  if (starts.back() > kMostRows) {
    throw InvalidArgument("a log holds at most 2^32 - 1 actions, not " +
                          std::to_string(starts.back()) + "; narrow the time range");
  }
  const auto scratch = [] { return Scratch(); };
  parallel_for_scratch(ranges(), 1, scratch, [&](Scratch& own, std::size_t r, std::size_t) {
    if (r != 0) starts[r] = rows_below(bounds_[r], own.block);
  });
  // Each block is in order; only a wrong program writes blocks that are not, one to another.
  if (!std::is_sorted(starts.begin(), starts.end())) limits_.damaged(runs_.front().front());
  Column<AccountId> accounts(starts.back());
  Column<TimeS> times(starts.back());
  std::vector<RangeRuns> found(ranges());
  parallel_for_scratch(ranges(), 1, scratch, [&](Scratch& own, std::size_t r, std::size_t) {
    if (control != nullptr) control->check();
    read_range(r, own);
    const auto rows = starts[r + 1] - starts[r];
    if (own.range.rows() != rows) limits_.damaged(runs_.front().front());
    found[r] = own.range.finish(accounts.view().subspan(starts[r], rows),
                                times.view().subspan(starts[r], rows));
  });
  return assemble(std::move(accounts), std::move(times), starts, found);
}

ScanResult Merge::assemble(Column<AccountId> accounts, Column<TimeS> times,
                           const std::vector<std::size_t>& starts,
                           const std::vector<RangeRuns>& found) const {
  ScanResult result;
  std::vector<std::size_t> rows_at(ranges() + 1, 0);
  std::vector<std::size_t> runs_at(ranges() + 1, 0);
  for (std::size_t r = 0; r < ranges(); ++r) {
    rows_at[r + 1] = rows_at[r] + found[r].rows;
    runs_at[r + 1] = runs_at[r] + found[r].objects.size();
    result.duplicates += found[r].duplicates;
    if (rows_at[r] == starts[r]) continue;  // only repeats left out before leave a gap to close
    std::copy_n(accounts.data() + starts[r], found[r].rows, accounts.data() + rows_at[r]);
    std::copy_n(times.data() + starts[r], found[r].rows, times.data() + rows_at[r]);
  }
  accounts.shrink(rows_at.back());
  times.shrink(rows_at.back());
  Column<ObjectId> objects(runs_at.back());
  Column<std::uint64_t> offsets(runs_at.back() + 1);
  offsets[runs_at.back()] = rows_at.back();
  parallel_for(ranges(), 1, [&](std::size_t r, std::size_t) {
    std::copy(found[r].objects.begin(), found[r].objects.end(), objects.data() + runs_at[r]);
    std::transform(found[r].starts.begin(), found[r].starts.end(), offsets.data() + runs_at[r],
                   [&](std::uint64_t start) { return rows_at[r] + start; });
  });
  result.log =
      ActionLog::from_runs(std::move(accounts), std::move(times), std::move(objects),
                           std::move(offsets), static_cast<std::uint32_t>(limits_.accounts));
  return result;
}

}  // namespace

ScanResult merge_blocks(const std::vector<ScanBlock>& blocks, const ScanLimits& limits,
                        RunControl* control) {
  return Merge(blocks, limits).run(control);
}

}  // namespace lockstep
