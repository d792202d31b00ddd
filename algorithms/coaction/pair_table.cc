#include "pair_table.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::uint64_t kMostBuckets = 256;

/// Bounds of at most `kMostBuckets` spans of accounts, each of about the same activity.
std::vector<AccountId> bucket_bounds(const Ranking& ranking) {
  const auto accounts = static_cast<AccountId>(ranking.rank_of_account.size());
  const auto actions =
      std::accumulate(ranking.activity.begin(), ranking.activity.end(), std::uint64_t{0});
  const std::uint64_t share = actions / kMostBuckets + 1;
  std::vector<AccountId> bounds{0};
  std::uint64_t sum = 0;
  for (AccountId account = 0; account < accounts; ++account) {
    const auto rank = ranking.rank_of_account[account];
    if (rank == Ranking::kNoRank) continue;
    sum += ranking.activity[rank];
    if (sum < share * bounds.size() || account + 1 == accounts) continue;
    bounds.push_back(account + 1);
  }
  bounds.push_back(accounts);
  return bounds;
}

}  // namespace

PairTable::PairTable(std::size_t chunks, const Ranking& ranking, const CoactionOptions& options)
    : memory_bytes_(options.memory_bytes),
      bounds_(bucket_bounds(ranking)),
      bucket_of_(ranking.rank_of_account.size()),
      chunks_(chunks),
      file_(options.spill_folder) {
  for (std::size_t bucket = 0; bucket < buckets(); ++bucket) {
    std::fill(bucket_of_.begin() + bounds_[bucket], bucket_of_.begin() + bounds_[bucket + 1],
              static_cast<std::uint8_t>(bucket));
  }
}

void PairTable::put(std::size_t chunk, const std::vector<PairRow>& rows) {
  if (rows.empty()) return;
  Chunk& here = chunks_[chunk];
  here.starts.assign(buckets() + 1, 0);
  for (const PairRow& row : rows) ++here.starts[bucket_of_[row.source] + 1U];
  std::inclusive_scan(here.starts.begin(), here.starts.end(), here.starts.begin());
  auto next = here.starts;
  std::vector<PairRow> grouped(rows.size());
  for (const PairRow& row : rows) grouped[next[bucket_of_[row.source]]++] = row;

  const auto bytes = rows.size() * sizeof(PairRow);
  if (held_bytes_ + row_bytes_.fetch_add(bytes) + bytes <= memory_bytes_) {
    here.rows = std::move(grouped);
    return;
  }
  row_bytes_.fetch_sub(bytes);
  spilled_.store(true);
  here.offset = file_.write(std::as_bytes(std::span(grouped)));
  here.spilled = true;
}

std::vector<PairRow> PairTable::gather(std::size_t bucket) const {
  std::vector<PairRow> rows;
  for (const Chunk& chunk : chunks_) {
    if (chunk.starts.empty()) continue;
    const auto begin = chunk.starts[bucket];
    const auto end = chunk.starts[bucket + 1];
    if (!chunk.spilled) {
      rows.insert(rows.end(), chunk.rows.begin() + begin, chunk.rows.begin() + end);
      continue;
    }
    rows.resize(rows.size() + (end - begin));
    file_.read(chunk.offset + begin * sizeof(PairRow),
               std::as_writable_bytes(std::span(rows).last(end - begin)));
  }
  return rows;
}

/// Counting sort by source, then each source's few rows by target.
void PairTable::finish_bucket(std::size_t bucket, std::uint64_t place,
                              CoactionResult& result) const {
  const AccountId first = bounds_[bucket];
  const auto rows = gather(bucket);
  std::vector<std::uint32_t> ends(bounds_[bucket + 1] - first + 1ULL, 0);
  for (const PairRow& row : rows) ++ends[row.source - first + 1];
  std::inclusive_scan(ends.begin(), ends.end(), ends.begin());
  // (target, place in `rows`) keys: half of a row to sort, and no two alike.
  std::vector<std::uint64_t> order(rows.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i) {
    order[ends[rows[i].source - first]++] = static_cast<std::uint64_t>(rows[i].target) << 32 | i;
  }
  std::uint32_t begin = 0;
  for (const std::uint32_t end : std::span(ends).first(ends.size() - 1)) {
    std::sort(order.begin() + begin, order.begin() + end);
    begin = end;
  }
  for (const std::uint64_t key : order) {
    const PairRow& row = rows[static_cast<std::uint32_t>(key)];
    result.source[place] = row.source;
    result.target[place] = row.target;
    result.objects[place] = row.objects;
    result.pairs[place++] = row.pairs;
  }
}

CoactionResult PairTable::finish() {
  std::vector<std::uint64_t> places(buckets() + 1, 0);
  for (const Chunk& chunk : chunks_) {
    for (std::size_t bucket = 0; !chunk.starts.empty() && bucket < buckets(); ++bucket) {
      places[bucket + 1] += chunk.starts[bucket + 1] - chunk.starts[bucket];
    }
  }
  std::inclusive_scan(places.begin(), places.end(), places.begin());
  const std::uint64_t rows = places.back();
  constexpr std::uint64_t kResultBytes = 20;  // a row of the four columns
  CoactionResult result;
  result.spilled =
      spilled_.load() || held_bytes_ + row_bytes_ + rows * kResultBytes > memory_bytes_;
  const std::string folder = result.spilled ? file_.folder() : std::string();
  result.source = MappedArray<AccountId>(rows, folder);
  result.target = MappedArray<AccountId>(rows, folder);
  result.objects = MappedArray<std::uint32_t>(rows, folder);
  result.pairs = MappedArray<std::uint64_t>(rows, folder);
  parallel_for(buckets(), 1, [&](std::size_t bucket, std::size_t) {
    if (places[bucket] < places[bucket + 1]) finish_bucket(bucket, places[bucket], result);
  });
  chunks_.clear();
  return result;
}

}  // namespace lockstep
