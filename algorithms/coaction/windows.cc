#include "windows.h"

#include <algorithm>
#include <utility>

#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 16;

}  // namespace

std::size_t WindowFinder::chunks() const { return (rows_.size() + kGrain - 1) / kGrain; }

/// Calls `body(row, run)` for each row in [begin, end) whose rank is in [first_rank, last_rank)
/// and that has a neighbour on its object at most a window away, in row order.
template <class Body>
void WindowFinder::for_each_met(std::size_t begin, std::size_t end, std::uint32_t first_rank,
                                std::uint32_t last_rank, const Body& body) const {
  const std::uint32_t ranks = last_rank - first_rank;
  for (auto run = rows_.run_of(begin); begin < end; ++run) {
    const std::size_t first = rows_.offsets[run];
    const std::size_t last = rows_.offsets[run + 1];
    for (const auto stop = std::min(end, last); begin < stop; ++begin) {
      if (rows_.rank[begin] - first_rank >= ranks) continue;
      const bool met = (begin > first && !too_far(begin - 1, begin)) ||
                       (begin + 1 < last && !too_far(begin, begin + 1));
      if (met) body(begin, run);
    }
  }
}

/// The first row of [first, row] that is at most a window before `row`.
std::size_t WindowFinder::first_near(std::size_t first, std::size_t row) const {
  auto rows = row - first;
  while (rows > 0) {
    const auto half = rows / 2;
    const bool far = too_far(first + half, row);
    first += far ? half + 1 : 0;
    rows = far ? rows - half - 1 : half;
  }
  return first;
}

WindowFinder::WindowFinder(const RankRows& rows, std::int64_t window_s,
                           std::vector<std::uint32_t> bounds, RunControl* control)
    : rows_(rows),
      window_s_(static_cast<std::uint64_t>(window_s)),
      bounds_(std::move(bounds)),
      counts_(tasks(), 0),
      in_chunk_(chunks() * tasks(), 0),
      control_(control) {
  task_of_.resize(bounds_.back() - bounds_.front());
  for (std::size_t task = 0; task < tasks(); ++task) {
    std::fill(task_of_.begin() + (bounds_[task] - bounds_.front()),
              task_of_.begin() + (bounds_[task + 1] - bounds_.front()),
              static_cast<std::uint16_t>(task));
  }
  parallel_for(rows_.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    if (control_ != nullptr) control_->check();
    auto* const counts = in_chunk_.data() + begin / kGrain * tasks();
    for_each_met(begin, end, bounds_.front(), bounds_.back(), [&](std::size_t row, std::size_t) {
      ++counts[task_of_[rows_.rank[row] - bounds_.front()]];
    });
  });
  for (std::size_t i = 0; i < in_chunk_.size(); ++i) counts_[i % tasks()] += in_chunk_[i];
}

MappedArray<Window> WindowFinder::find(std::size_t first, std::size_t last) const {
  std::vector<std::uint64_t> places(chunks() * tasks(), 0);
  std::uint64_t total = 0;
  for (std::size_t task = first; task < last; ++task) {
    for (std::size_t chunk = 0; chunk < chunks(); ++chunk) {
      places[chunk * tasks() + task] = total;
      total += in_chunk_[chunk * tasks() + task];
    }
  }
  MappedArray<Window> windows(total);
  parallel_for(rows_.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    if (control_ != nullptr) control_->check();
    auto* const place = places.data() + begin / kGrain * tasks();
    std::size_t here = rows_.offsets.size();  // no run yet
    std::size_t low = 0;
    std::size_t high = 0;
    for_each_met(begin, end, bounds_[first], bounds_[last], [&](std::size_t row, std::size_t run) {
      if (run != here) low = first_near(rows_.offsets[run], row);
      here = run;
      high = std::max(high, row);
      while (too_far(low, row)) ++low;
      while (high < rows_.offsets[run + 1] && !too_far(row, high)) ++high;
      const auto rank = rows_.rank[row];
      windows[place[task_of_[rank - bounds_.front()]]++] = {rank, static_cast<std::uint32_t>(low),
                                                            static_cast<std::uint32_t>(high),
                                                            static_cast<std::uint32_t>(run)};
    });
  });
  return windows;
}

}  // namespace lockstep
