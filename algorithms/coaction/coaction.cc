#include "lockstep/algorithms/coaction.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "pair_table.h"
#include "window_index.h"

namespace lockstep {
namespace {

void check(const CoactionOptions& options) {
  if (options.window_s < 0) {
    throw InvalidArgument("window_s is " + std::to_string(options.window_s) +
                          "; give 0 or more seconds");
  }
  if (options.min_objects < 1) throw InvalidArgument("min_objects is 0; give at least 1");
}

/// What is known of one partner of the account at hand.
struct Partner {
  std::uint32_t stamp = 0;  ///< the (account, object) visit that touched it last
  std::uint32_t objects = 0;
  std::uint64_t pairs = 0;
};

/// Folds the windows of one account after another into a table of its partners.
class RowFolder {
 public:
  RowFolder(const WindowIndex& index, std::uint32_t min_objects)
      : index_(index), min_objects_(min_objects), partners_(index.account_of_rank.size()) {}

  /// Appends the kept pairs of the account of `rank`; returns the pairs of actions met.
  std::uint64_t fold(std::uint32_t rank, std::vector<PairRow>& rows) {
    const std::span<const Window> windows(
        index_.windows.data() + index_.offsets[rank],
        static_cast<std::size_t>(index_.offsets[rank + 1ULL] - index_.offsets[rank]));
    renew_stamps(windows.size());
    const std::uint32_t first_stamp = stamp_ + 1;
    std::uint64_t instances = 0;
    kept_.clear();
    std::uint32_t object_run = std::numeric_limits<std::uint32_t>::max();
    for (const Window& window : windows) {
      if (window.object_run != object_run) ++stamp_;
      object_run = window.object_run;
      instances += fold_window(rank, window, first_stamp);
    }
    for (const std::uint32_t partner : kept_) {
      const AccountId a = index_.account_of_rank[rank];
      const AccountId b = index_.account_of_rank[partner];
      rows.push_back(
          {std::min(a, b), std::max(a, b), partners_[partner].objects, partners_[partner].pairs});
    }
    return instances;
  }

 private:
  static constexpr std::size_t kBlock = 1024;

  /// Starts the stamps over before they could wrap within the next account.
  void renew_stamps(std::size_t visits) {
    if (std::numeric_limits<std::uint32_t>::max() - stamp_ > visits) return;
    std::fill(partners_.begin(), partners_.end(), Partner{});
    stamp_ = 0;
  }

  /// A pair of accounts is met from its less active end only, where the rank is the larger.
  /// The choice costs no branch: it would be mispredicted every other time.
  std::uint64_t fold_window(std::uint32_t rank, const Window& window, std::uint32_t first_stamp) {
    std::uint64_t instances = 0;
    for (std::size_t row = window.begin; row < window.end;) {
      const std::size_t end = std::min<std::size_t>(window.end, row + kBlock);
      std::size_t chosen = 0;
      for (; row < end; ++row) {
        const std::uint32_t partner = index_.rank_of_row[row];
        block_[chosen] = partner;
        chosen += partner < rank ? 1 : 0;
      }
      for (std::size_t i = 0; i < chosen; ++i) count(block_[i], first_stamp);
      instances += chosen;
    }
    return instances;
  }

  void count(std::uint32_t rank, std::uint32_t first_stamp) {
    Partner& partner = partners_[rank];
    if (partner.stamp < first_stamp) {
      partner = {stamp_, 1, 1};
      if (min_objects_ == 1) kept_.push_back(rank);
      return;
    }
    ++partner.pairs;
    if (partner.stamp == stamp_) return;
    partner.stamp = stamp_;
    if (++partner.objects == min_objects_) kept_.push_back(rank);
  }

  const WindowIndex& index_;
  std::uint32_t min_objects_;
  std::vector<Partner> partners_;
  std::vector<std::uint32_t> kept_;
  std::array<std::uint32_t, kBlock> block_{};
  std::uint32_t stamp_ = 0;
};

/// Cuts the ranks into chunks of about the same number of rows to read.
struct WorkPlan {
  std::vector<std::uint32_t> bounds;  ///< ranks, first and past-the-last included
  std::vector<std::uint64_t> work;    ///< rows to read, one a chunk
};

WorkPlan plan(const WindowIndex& index) {
  constexpr std::uint64_t kChunkWork = 1 << 18;
  WorkPlan result{{0}, {}};
  std::uint64_t work = 0;
  const auto ranks = static_cast<std::uint32_t>(index.account_of_rank.size());
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    for (auto i = index.offsets[rank]; i < index.offsets[rank + 1ULL]; ++i) {
      work += index.windows[i].end - index.windows[i].begin;
    }
    if (work < kChunkWork && rank + 1 < ranks) continue;
    result.bounds.push_back(rank + 1);
    result.work.push_back(std::exchange(work, 0));
  }
  return result;
}

}  // namespace

CoactionResult coaction(const ActionLog& log, const CoactionOptions& options, RunControl* control) {
  check(options);
  auto index = window_index(log, options.window_s);
  const auto chunks = plan(index);
  if (control != nullptr) {
    std::uint64_t total = 0;
    for (const auto work : chunks.work) total += work;
    control->expect(total);
  }
  const auto tables =
      static_cast<std::uint64_t>(thread_count()) * index.account_of_rank.size() * sizeof(Partner);
  PairTable table(chunks.work.size(), options, index.bytes() + tables);
  std::vector<std::uint64_t> instances(chunks.work.size(), 0);
  parallel_for_scratch(
      chunks.work.size(), 1, [&] { return RowFolder(index, options.min_objects); },
      [&](RowFolder& folder, std::size_t chunk, std::size_t) {
        std::vector<PairRow> rows;
        for (auto rank = chunks.bounds[chunk]; rank < chunks.bounds[chunk + 1]; ++rank) {
          if (control != nullptr) control->check();
          instances[chunk] += folder.fold(rank, rows);
        }
        table.put(chunk, std::move(rows));
        if (control != nullptr) control->advance(chunks.work[chunk]);
      });
  index = {};
  auto result = table.finish(log.account_count());
  for (const auto count : instances) result.pair_instances += count;
  return result;
}

}  // namespace lockstep
