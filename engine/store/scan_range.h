#pragma once

#include <compare>
#include <span>
#include <vector>

#include "block.h"
#include "lockstep/types.h"

namespace lockstep {

/// What one range of objects gave: its distinct objects, and where each one's rows start.
struct RangeRuns {
  std::vector<ObjectId> objects;
  std::vector<std::uint64_t> starts;  ///< from the first row of the range
  std::size_t rows = 0;
  std::size_t duplicates = 0;
};

/// Puts the rows of one range of objects in the order of a log. Kept by a thread for one range
/// after the other, so that its memory stays in the cache.
class ScanRange {
 public:
  /// Begins a range: objects in [first, last).
  void begin(ObjectId first, std::uint64_t last);
  /// Another run follows: rows of a day (its midnight) in the order of (object, time, account).
  void begin_run(TimeS midnight);
  /// Rows [from, to) of a block, all of them in the range; blocks of a run come in its order.
  void add(const BlockColumns& block, std::size_t from, std::size_t to);
  [[nodiscard]] std::size_t rows() const { return objects_.size(); }
  /// Writes the rows in order of (object, time, account), without repeats.
  RangeRuns finish(std::span<AccountId> accounts, std::span<TimeS> times);

 private:
  struct Run {
    TimeS midnight = 0;
    std::size_t begin = 0;
  };
  struct Moment {
    TimeS time;
    AccountId account;
    friend auto operator<=>(const Moment&, const Moment&) = default;
  };

  [[nodiscard]] bool follows_order(const BlockColumns& block, std::size_t from,
                                   std::size_t to) const;
  RangeRuns place(std::span<AccountId> accounts, std::span<TimeS> times);
  RangeRuns sort_all(std::span<AccountId> accounts, std::span<TimeS> times);
  void merge_repeats(RangeRuns& runs, std::span<AccountId> accounts, std::span<TimeS> times);
  void sort_moments();

  ObjectId first_ = 0;
  std::uint64_t span_ = 0;
  bool in_order_ = true;  ///< placed run after run, every object's rows are sorted and distinct
  std::vector<Run> runs_;
  std::vector<std::uint32_t> objects_;  ///< from `first_`
  std::vector<AccountId> accounts_;
  std::vector<std::uint32_t> seconds_;
  std::vector<std::uint32_t> next_;  ///< by object: rows counted, then where the next one goes
  std::vector<Moment> moments_;
  std::vector<std::size_t> bounds_;
};

}  // namespace lockstep
