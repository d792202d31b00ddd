#pragma once

#include <cstdint>
#include <vector>

#include "block.h"
#include "layout.h"

namespace lockstep {

/// What is summed over the rows of a job, block by block and in any order.
class JobSums {
 public:
  explicit JobSums(std::size_t kinds) : kinds_(kinds) {}

  /// Adds a block of rows by object, before it is encoded.
  void add(std::uint16_t kind, const BlockColumns& columns);
  void add(const JobSums& more);
  /// Adds checksum, counts and times to a job's receipt and to the store's totals.
  void put_into(ManifestEntry& entry) const;

 private:
  std::uint64_t checksum_ = 0;
  std::vector<KindInfo> kinds_;  ///< by number; without names
};

}  // namespace lockstep
