#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/mapped_array.h"
#include "lockstep/run_control.h"
#include "rank_rows.h"

namespace lockstep {

/// The rows at most a window away from one action of an account: [begin, end), of one object.
struct Window {
  std::uint32_t rank = 0;  ///< the account
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t run = 0;  ///< the object
};

/// Finds the windows around the rows of some accounts, grouped by task.
///
/// A task is a span of ranks; its windows lie together, in row order, so that one thread can
/// put them in order of rank within its cache. Windows that hold no other row are left out.
class WindowFinder {
 public:
  /// Task t is ranks [bounds[t], bounds[t + 1]). `rows` must outlive the finder.
  WindowFinder(const RankRows& rows, std::int64_t window_s, std::vector<std::uint32_t> bounds,
               RunControl* control);

  [[nodiscard]] std::size_t tasks() const { return bounds_.size() - 1; }
  [[nodiscard]] std::uint64_t count(std::size_t task) const { return counts_[task]; }
  /// Of what `find` works with, the windows themselves apart.
  [[nodiscard]] std::uint64_t bytes() const {
    return in_chunk_.size() * (sizeof(std::uint32_t) + sizeof(std::uint64_t)) +
           task_of_.size() * sizeof(std::uint16_t);
  }

  /// The windows of tasks [first, last), task by task. The same for any thread count.
  [[nodiscard]] MappedArray<Window> find(std::size_t first, std::size_t last) const;

 private:
  template <class Body>
  void for_each_met(std::size_t begin, std::size_t end, std::uint32_t first_rank,
                    std::uint32_t last_rank, const Body& body) const;
  [[nodiscard]] std::size_t first_near(std::size_t first, std::size_t row) const;
  /// Unsigned, so that no difference of extreme times overflows.
  [[nodiscard]] bool too_far(std::size_t earlier, std::size_t later) const {
    return static_cast<std::uint64_t>(rows_.times[later]) -
               static_cast<std::uint64_t>(rows_.times[earlier]) >
           window_s_;
  }
  [[nodiscard]] std::size_t chunks() const;

  const RankRows& rows_;
  std::uint64_t window_s_;
  std::vector<std::uint32_t> bounds_;
  std::vector<std::uint16_t> task_of_;   ///< of each rank from bounds_.front() on
  std::vector<std::uint64_t> counts_;    ///< windows of each task
  std::vector<std::uint32_t> in_chunk_;  ///< windows of each (chunk of rows, task)
  RunControl* control_;
};

}  // namespace lockstep
