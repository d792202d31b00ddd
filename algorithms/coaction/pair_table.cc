#include "pair_table.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 14;

}  // namespace

PairTable::PairTable(std::size_t chunks, const CoactionOptions& options, std::uint64_t held_bytes)
    : memory_bytes_(options.memory_bytes),
      held_bytes_(held_bytes),
      chunks_(chunks),
      file_(options.spill_folder) {}

void PairTable::put(std::size_t chunk, std::vector<PairRow> rows) {
  const auto bytes = rows.size() * sizeof(PairRow);
  if (bytes == 0) return;
  if (held_bytes_.fetch_add(bytes) + bytes <= memory_bytes_) {
    rows.shrink_to_fit();
    chunks_[chunk].rows = std::move(rows);
    return;
  }
  held_bytes_.fetch_sub(bytes);
  spilled_.store(true);
  chunks_[chunk].offset = file_.write(std::as_bytes(std::span(rows)));
  chunks_[chunk].spilled = rows.size();
}

std::vector<PairRow> PairTable::take(Chunk& chunk) {
  if (chunk.spilled == 0) return std::move(chunk.rows);
  std::vector<PairRow> rows(chunk.spilled);
  file_.read(chunk.offset, std::as_writable_bytes(std::span(rows)));
  return rows;
}

/// Moves the rows to their source's place; `ends` goes in as the sources' first positions and
/// comes out as the positions past their last.
MappedArray<PairRow> PairTable::scatter(std::vector<std::uint64_t>& ends,
                                        const std::string& folder) {
  MappedArray<PairRow> table(ends.back(), folder);
  for (Chunk& chunk : chunks_) {
    for (const PairRow& row : take(chunk)) table[ends[row.source]++] = row;
    chunk = {};
  }
  return table;
}

CoactionResult PairTable::finish(std::uint32_t account_count) {
  std::vector<std::uint64_t> ends(account_count + 1ULL, 0);
  for (Chunk& chunk : chunks_) {
    auto rows = take(chunk);
    for (const PairRow& row : rows) ++ends[row.source + 1ULL];
    if (chunk.spilled == 0) chunk.rows = std::move(rows);
  }
  std::inclusive_scan(ends.begin(), ends.end(), ends.begin());

  const std::uint64_t rows = ends.back();
  CoactionResult result;
  result.spilled = spilled_.load() || rows * 2 * sizeof(PairRow) > memory_bytes_;
  const std::string folder = result.spilled ? file_.folder() : std::string();
  const auto table = [&] {
    auto unsorted = scatter(ends, folder);
    parallel_for(account_count, kGrain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t source = begin; source < end; ++source) {
        std::sort(unsorted.data() + (source == 0 ? 0 : ends[source - 1]),
                  unsorted.data() + ends[source],
                  [](const PairRow& a, const PairRow& b) { return a.target < b.target; });
      }
    });
    return unsorted;
  }();

  result.source = MappedArray<AccountId>(rows, folder);
  result.target = MappedArray<AccountId>(rows, folder);
  result.objects = MappedArray<std::uint32_t>(rows, folder);
  result.pairs = MappedArray<std::uint64_t>(rows, folder);
  parallel_for(rows, kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      result.source[i] = table[i].source;
      result.target[i] = table[i].target;
      result.objects[i] = table[i].objects;
      result.pairs[i] = table[i].pairs;
    }
  });
  return result;
}

}  // namespace lockstep
