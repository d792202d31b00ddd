#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "lockstep/algorithms/coaction.h"
#include "lockstep/spill_file.h"
#include "rank_rows.h"

namespace lockstep {

/// One kept pair, as the kernel finds it.
struct PairRow {
  AccountId source = 0;
  AccountId target = 0;
  std::uint32_t objects = 0;
  std::uint64_t pairs = 0;
};

/// Takes kept pairs chunk by chunk, from many threads, and puts them in order at the end.
///
/// Sources are cut into buckets of about equal activity; a chunk is kept bucket by bucket, so
/// that at the end each bucket is sorted by itself, in the cache. Where rows and what the caller
/// holds beside them pass `memory_bytes`, chunks go to a spill file.
class PairTable {
 public:
  PairTable(std::size_t chunks, const Ranking& ranking, const CoactionOptions& options);

  /// Tells how many bytes the caller holds now; not while others put.
  void set_held(std::uint64_t bytes) { held_bytes_ = bytes; }
  [[nodiscard]] std::uint64_t row_bytes() const { return row_bytes_.load(); }

  /// Gives chunk number `chunk` its rows; once for each chunk that has any.
  void put(std::size_t chunk, const std::vector<PairRow>& rows);

  /// Sorts everything by (source, target) into columns; empties the table.
  CoactionResult finish();

 private:
  struct Chunk {
    std::vector<PairRow> rows;          ///< empty where they are in the file
    std::vector<std::uint32_t> starts;  ///< of each bucket in the rows, and their number
    std::uint64_t offset = 0;
    bool spilled = false;
  };

  [[nodiscard]] std::size_t buckets() const { return bounds_.size() - 1; }
  [[nodiscard]] std::vector<PairRow> gather(std::size_t bucket) const;
  void finish_bucket(std::size_t bucket, std::uint64_t place, CoactionResult& result) const;

  std::uint64_t memory_bytes_;
  std::uint64_t held_bytes_ = 0;
  std::atomic<std::uint64_t> row_bytes_{0};
  std::vector<AccountId> bounds_;        ///< bucket b is sources [bounds[b], bounds[b + 1])
  std::vector<std::uint8_t> bucket_of_;  ///< of each account
  std::vector<Chunk> chunks_;
  SpillFile file_;
  std::atomic<bool> spilled_{false};
};

}  // namespace lockstep
