#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "block.h"
#include "lockstep/store.h"

namespace lockstep {

/// One encoded block of actions, grouped by object, that a scan has read and found whole.
struct ScanBlock {
  std::int64_t day = 0;
  std::uint64_t epoch = 0;
  ObjectId first_object = 0;
  std::size_t rows = 0;
  std::string_view bytes;
};

/// What the ids of a store's blocks stay below, and whom to tell that a block does not.
struct ScanLimits {
  std::uint64_t accounts = 0;
  std::uint64_t objects = 0;
  std::function<void(const ScanBlock&)> damaged;  ///< throws
};

/// Merges blocks of one kind into a log. They come in the order of day, epoch and place: blocks
/// of one day and epoch are a run, sorted by (object, time, account).
///
/// Objects are cut into ranges of like row counts; each is decoded, counted by object and placed
/// while it is in the cache, without comparing rows. Only where days overlap (several epochs), or
/// rows differ in target alone, are an object's rows merged and repeats dropped. O(rows), and the
/// same bytes for any thread count. Throws InvalidArgument past 2^32 - 1 rows, Interrupted.
[[nodiscard]] ScanResult merge_blocks(const std::vector<ScanBlock>& blocks,
                                      const ScanLimits& limits, RunControl* control);

}  // namespace lockstep
