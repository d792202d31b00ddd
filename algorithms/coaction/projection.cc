#include "projection.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "pair_table.h"
#include "row_folder.h"
#include "windows.h"

namespace lockstep {
namespace {

/// Accounts of like activity: ranks [bounds.front(), bounds.back()), cut into tasks of about the
/// same number of rows.
struct Band {
  std::vector<std::uint32_t> bounds;
  std::vector<std::uint64_t> rows;  ///< of each task
};

Band cut(const Ranking& ranking, std::uint32_t first, std::uint32_t last, std::uint64_t rows) {
  constexpr std::uint64_t kTaskRows = 1 << 13;
  constexpr std::uint64_t kMostTasks = 1024;
  const std::uint64_t tasks = std::clamp<std::uint64_t>(rows / kTaskRows, 1, kMostTasks);
  Band band{{first}, {}};
  std::uint64_t done = 0;
  std::uint64_t before = 0;
  for (auto rank = first; rank < last; ++rank) {
    done += ranking.activity[rank];
    if (done * tasks < rows * band.bounds.size() && rank + 1 < last) continue;
    band.bounds.push_back(rank + 1);
    band.rows.push_back(done - std::exchange(before, done));
  }
  return band;
}

/// Bands from the least active accounts up. Each but the last holds about half of the rows that
/// the bands before it left, so that reading only those rows skips most that are of no use.
std::vector<Band> plan(const Ranking& ranking) {
  constexpr std::uint64_t kLeastRows = 1 << 16;
  std::vector<Band> bands;
  auto left = std::accumulate(ranking.activity.begin(), ranking.activity.end(), std::uint64_t{0});
  for (auto last = ranking.ranks(); last > 0;) {
    auto first = last;
    std::uint64_t rows = 0;
    while (first > 0 && (left <= kLeastRows || rows * 2 < left)) rows += ranking.activity[--first];
    bands.push_back(cut(ranking, first, last, rows));
    left -= rows;
    last = first;
  }
  return bands;
}

/// Puts the windows of one task, which come in row order, in order of rank.
void sort_by_rank(std::span<const Window> windows, std::uint32_t first, std::uint32_t last,
                  std::vector<std::uint32_t>& ends, std::vector<Window>& sorted) {
  ends.assign(last - first + 1ULL, 0);
  for (const Window& window : windows) ++ends[window.rank - first + 1];
  std::inclusive_scan(ends.begin(), ends.end(), ends.begin());
  sorted.resize(windows.size());
  for (const Window& window : windows) sorted[ends[window.rank - first]++] = window;
}

/// What a thread works with while it folds tasks of one band.
struct Bench {
  RowFolder folder;
  std::vector<std::uint32_t> ends;
  std::vector<Window> windows;
  std::vector<Partner> partners;
  std::vector<PairRow> rows;
};

class Projector {
 public:
  Projector(const Ranking& ranking, const CoactionOptions& options, const CriticalProducts* test,
            RunControl* control)
      : ranking_(ranking), options_(options), test_(test), control_(control) {}

  Projection run(const ActionLog& log) {
    const auto bands = plan(ranking_);
    std::size_t chunks = 0;
    std::uint64_t work = 0;
    for (const Band& band : bands) {
      chunks += band.rows.size();
      work = std::accumulate(band.rows.begin(), band.rows.end(), work);
    }
    PairTable table(chunks, ranking_, options_);
    counts_.resize(chunks);
    auto rows = all_rows(log, ranking_, options_.window_s, options_.max_object_actions);
    if (control_ != nullptr) control_->expect(work);
    std::size_t chunk = 0;
    for (const Band& band : bands) {
      if (chunk != 0) rows = rows_below(rows, options_.window_s, band.bounds.back());
      fold_band(rows, band, chunk, table);
      chunk += band.rows.size();
    }
    rows = {};
    table.set_held(0);
    Projection result{table.finish(), 0};
    for (const FoldCounts& counts : counts_) {
      result.kept.pair_instances += counts.instances;
      result.pairs += counts.partners;
    }
    return result;
  }

 private:
  /// Folds the tasks of a band, as many at a time as have room for their windows.
  void fold_band(const RankRows& rows, const Band& band, std::size_t first_chunk,
                 PairTable& table) {
    constexpr std::uint64_t kMostPasses = 16;
    const WindowFinder finder(rows, options_.window_s, band.bounds, control_);
    std::uint64_t all = 0;
    std::uint64_t most = 0;
    for (std::size_t task = 0; task < finder.tasks(); ++task) {
      all += finder.count(task);
      most = std::max(most, finder.count(task));
    }
    const std::uint64_t fixed = rows.bytes() + finder.bytes() + table_bytes(band) +
                                static_cast<std::uint64_t>(thread_count()) * most * sizeof(Window);
    const std::uint64_t taken = fixed + table.row_bytes();
    const std::uint64_t spare =
        options_.memory_bytes > taken ? (options_.memory_bytes - taken) / 2 : 0;
    const std::uint64_t room = std::max(spare / sizeof(Window), all / kMostPasses + 1);
    for (std::size_t task = 0; task < finder.tasks();) {
      const auto begin = task;
      std::uint64_t windows = finder.count(task++);
      while (task < finder.tasks() && windows + finder.count(task) <= room) {
        windows += finder.count(task++);
      }
      table.set_held(fixed + windows * sizeof(Window));
      fold_tasks(rows, band, finder, begin, task, first_chunk, table);
    }
  }

  void fold_tasks(const RankRows& rows, const Band& band, const WindowFinder& finder,
                  std::size_t begin, std::size_t end, std::size_t first_chunk, PairTable& table) {
    const auto windows = finder.find(begin, end);
    std::vector<std::uint64_t> starts(end - begin + 1, 0);
    for (auto task = begin; task < end; ++task) {
      starts[task - begin + 1] = starts[task - begin] + finder.count(task);
    }
    parallel_for_scratch(
        end - begin, 1,
        [&] {
          return Bench{RowFolder(rows, band.bounds.back()), {}, {}, {}, {}};
        },
        [&](Bench& bench, std::size_t i, std::size_t) {
          const auto task = begin + i;
          sort_by_rank(windows.view().subspan(starts[i], starts[i + 1] - starts[i]),
                       band.bounds[task], band.bounds[task + 1], bench.ends, bench.windows);
          counts_[first_chunk + task] = fold_task(bench);
          table.put(first_chunk + task, bench.rows);
          if (control_ != nullptr) control_->advance(band.rows[task]);
        });
  }

  FoldCounts fold_task(Bench& bench) const {
    FoldCounts sum;
    bench.rows.clear();
    for (std::size_t at = 0; at < bench.windows.size();) {
      if (control_ != nullptr) control_->check();
      const auto rank = bench.windows[at].rank;
      const auto activity = ranking_.activity[rank];
      const auto least = test_ == nullptr ? options_.min_objects : test_->least(activity);
      bench.partners.clear();
      const auto counts =
          bench.folder.fold(bench.windows, at, options_.min_objects, least, bench.partners);
      sum.instances += counts.instances;
      sum.partners += counts.partners;
      for (const Partner& partner : bench.partners) {
        if (test_ != nullptr &&
            !test_->passes(activity, ranking_.activity[partner.rank], partner.objects)) {
          continue;
        }
        const AccountId a = ranking_.account_of_rank[rank];
        const AccountId b = ranking_.account_of_rank[partner.rank];
        bench.rows.push_back({std::min(a, b), std::max(a, b), partner.objects, partner.pairs});
      }
    }
    return sum;
  }

  [[nodiscard]] std::uint64_t table_bytes(const Band& band) const {
    const auto& activity = ranking_.activity;
    const auto last = activity.begin() + band.bounds.back();
    const auto busy = std::partition_point(activity.begin(), last, RowFolder::may_be_large);
    return static_cast<std::uint64_t>(thread_count()) *
               RowFolder::bytes(band.bounds.back(),
                                static_cast<std::uint64_t>(busy - activity.begin())) +
           ranking_.ranks() * 2ULL * sizeof(std::uint32_t) +
           ranking_.rank_of_account.size() * (sizeof(std::uint32_t) + 1ULL);
  }

  const Ranking& ranking_;
  const CoactionOptions& options_;
  const CriticalProducts* test_;
  RunControl* control_;
  std::vector<FoldCounts> counts_;  ///< of each chunk
};

}  // namespace

void check(const CoactionOptions& options) {
  if (options.window_s < 0) {
    throw InvalidArgument("window_s is " + std::to_string(options.window_s) +
                          "; give 0 or more seconds");
  }
  if (options.min_objects < 1) throw InvalidArgument("min_objects is 0; give at least 1");
}

Projection project(const ActionLog& log, const Ranking& ranking, const CoactionOptions& options,
                   const CriticalProducts* test, RunControl* control) {
  auto result = Projector(ranking, options, test, control).run(log);
  if (options.max_object_actions == 0) return result;
  const auto offsets = log.offsets();
  for (std::size_t run = 0; run < log.object_count(); ++run) {
    const auto actions = offsets[run + 1] - offsets[run];
    if (actions <= options.max_object_actions) continue;
    result.kept.left_out.push_back({log.objects()[run], actions});
  }
  return result;
}

}  // namespace lockstep
