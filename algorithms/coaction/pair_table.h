#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "lockstep/algorithms/coaction.h"
#include "lockstep/spill_file.h"

namespace lockstep {

/// One kept pair, as the kernel finds it.
struct PairRow {
  AccountId source = 0;
  AccountId target = 0;
  std::uint32_t objects = 0;
  std::uint64_t pairs = 0;
};

/// Takes kept pairs chunk by chunk, from many threads, and puts them in order at the end.
/// Past `memory_bytes`, counting `held_bytes` of the caller's own, chunks go to a spill file.
class PairTable {
 public:
  PairTable(std::size_t chunks, const CoactionOptions& options, std::uint64_t held_bytes);

  /// Gives chunk number `chunk` its rows; once for each chunk.
  void put(std::size_t chunk, std::vector<PairRow> rows);

  /// Sorts everything by (source, target) into columns; empties the table.
  CoactionResult finish(std::uint32_t account_count);

 private:
  struct Chunk {
    std::vector<PairRow> rows;
    std::uint64_t offset = 0;
    std::size_t spilled = 0;  ///< rows in the file
  };

  std::vector<PairRow> take(Chunk& chunk);
  MappedArray<PairRow> scatter(std::vector<std::uint64_t>& ends, const std::string& folder);

  std::uint64_t memory_bytes_;
  std::atomic<std::uint64_t> held_bytes_;
  std::vector<Chunk> chunks_;
  SpillFile file_;
  std::atomic<bool> spilled_{false};
};

}  // namespace lockstep
