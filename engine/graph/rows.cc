#include "rows.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <type_traits>
#include <utility>
#include <vector>

#include "lockstep/parallel.h"
#include "radix_sort.h"

namespace lockstep {
namespace {

constexpr std::size_t kArcsPerBucket = 1 << 16;
constexpr std::uint64_t kMostBuckets = 1 << 11;  // more, and scattering to them misses the cache
constexpr int kMostRowBits = 16;                 // a row's place in its bucket takes two bytes
constexpr std::size_t kMostChunks = 32;
constexpr std::size_t kLeastChunk = 1 << 14;

/// How rows are split into buckets, and edges into chunks.
struct Plan {
  int row_bits = 0;
  std::size_t buckets = 0;
  std::size_t grain = 0;
  std::size_t chunks = 0;
};

Plan plan_for(const EdgeSource& edges, RowsOf rows_of) {
  const std::size_t arcs = rows_of == RowsOf::kBoth ? 2 * edges.size : edges.size;
  const auto wanted = std::clamp<std::uint64_t>(arcs / kArcsPerBucket, 1, kMostBuckets);
  Plan plan;
  while (plan.row_bits < kMostRowBits && edges.vertex_count >> plan.row_bits > wanted) {
    ++plan.row_bits;
  }
  plan.buckets = edges.vertex_count == 0 ? 0 : ((edges.vertex_count - 1) >> plan.row_bits) + 1ULL;
  plan.grain = std::max(kLeastChunk, (edges.size + kMostChunks - 1) / kMostChunks);
  plan.chunks = (edges.size + plan.grain - 1) / plan.grain;
  return plan;
}

/// Calls `visit(row, target, edge)` for each arc that some edges make, in their order.
template <class Visit>
void for_each_arc(const EdgeSource& edges, RowsOf rows_of, std::size_t begin, std::size_t end,
                  const Visit& visit) {
  for (auto i = begin; i < end; ++i) {
    const VertexId source = edges.source[i];
    const VertexId target = edges.target[i];
    if (source == target) continue;
    if (rows_of != RowsOf::kTarget) visit(source, target, i);
    if (rows_of != RowsOf::kSource) visit(target, source, i);
  }
}

/// All arcs, bucket after bucket, in the order of the edges; targets and the like stand in `rows`.
struct Bucketed {
  Plan plan;
  Rows rows;
  MappedArray<std::uint16_t> low;      ///< an arc's row, counted from the first of its bucket
  std::vector<EdgeIndex> bucket_ends;  ///< one more than buckets; [b] is where b begins
};

/// Where each chunk's arcs of each bucket begin, chunk-major; fills `bucket_ends`.
std::vector<EdgeIndex> count_arcs(const EdgeSource& edges, RowsOf rows_of, Bucketed& bucketed) {
  const Plan& plan = bucketed.plan;
  std::vector<EdgeIndex> next(plan.chunks * plan.buckets, 0);
  parallel_for(edges.size, plan.grain, [&](std::size_t begin, std::size_t end) {
    EdgeIndex* counts = next.data() + begin / plan.grain * plan.buckets;
    for_each_arc(edges, rows_of, begin, end,
                 [&](VertexId row, VertexId, std::size_t) { ++counts[row >> plan.row_bits]; });
  });
  bucketed.bucket_ends.assign(plan.buckets + 1, 0);
  EdgeIndex sum = 0;
  for (std::size_t bucket = 0; bucket < plan.buckets; ++bucket) {
    for (std::size_t chunk = 0; chunk < plan.chunks; ++chunk) {
      sum += std::exchange(next[chunk * plan.buckets + bucket], sum);
    }
    bucketed.bucket_ends[bucket + 1] = sum;
  }
  return next;
}

template <class T>
MappedArray<T> large_array(std::size_t size) {
  MappedArray<T> array(size);
  array.prefer_large_pages();
  return array;
}

Bucketed scatter(const EdgeSource& edges, RowsOf rows_of) {
  Bucketed bucketed;
  bucketed.plan = plan_for(edges, rows_of);
  auto next = count_arcs(edges, rows_of, bucketed);
  const EdgeIndex arcs = bucketed.bucket_ends.back();
  auto& rows = bucketed.rows;
  bucketed.low = large_array<std::uint16_t>(arcs);
  rows.targets = large_array<VertexId>(arcs);
  if (edges.weighted) rows.weights = large_array<double>(arcs);
  if (edges.timed) rows.times = large_array<TimeS>(arcs);
  const int row_bits = bucketed.plan.row_bits;
  const auto mask = (VertexId{1} << row_bits) - 1;
  parallel_for(edges.size, bucketed.plan.grain, [&](std::size_t begin, std::size_t end) {
    EdgeIndex* to = next.data() + begin / bucketed.plan.grain * bucketed.plan.buckets;
    for_each_arc(edges, rows_of, begin, end, [&](VertexId row, VertexId target, std::size_t i) {
      const auto at = to[row >> row_bits]++;
      rows.targets[at] = target;
      bucketed.low[at] = static_cast<std::uint16_t>(row & mask);
      if (edges.weighted) rows.weights[at] = edges.weight[i];
      if (edges.timed) rows.times[at] = edges.time[i];
    });
  });
  const auto emitted = rows_of == RowsOf::kBoth ? arcs / 2 : arcs;
  rows.loops = edges.size - emitted;
  return bucketed;
}

/// What sorting a bucket needs; kept from one to the next of a thread.
template <class Item>
struct Scratch {
  std::vector<Item> items;
  std::vector<Item> spare;
  std::vector<double> weights;
  std::vector<TimeS> times;
};

std::uint64_t item_of(std::uint64_t key, std::size_t, std::uint64_t) { return key; }
PlacedKey item_of(std::uint64_t key, std::size_t place, const PlacedKey&) { return {key, place}; }
std::size_t place_of(std::uint64_t) { return 0; }
std::size_t place_of(const PlacedKey& item) { return item.place; }

/// Sorts the buckets one by one and merges repeats to the front of each.
template <class Item>
class BucketSorter {
 public:
  BucketSorter(VertexId vertex_count, Bucketed& bucketed)
      : bucketed_(bucketed),
        target_bits_(std::max(1, static_cast<int>(std::bit_width(vertex_count - 1U)))) {}

  /// Returns the arcs that are left; leaves the degree of row v in offsets[v + 1].
  EdgeIndex sort(std::size_t bucket, Scratch<Item>& scratch) const {
    load(bucket, scratch);
    radix_sort(scratch.items, scratch.spare, target_bits_ + bucketed_.plan.row_bits);
    return store(bucket, scratch);
  }

 private:
  void load(std::size_t bucket, Scratch<Item>& scratch) const {
    const auto first = bucketed_.bucket_ends[bucket];
    const auto count = bucketed_.bucket_ends[bucket + 1] - first;
    scratch.items.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto key = static_cast<std::uint64_t>(bucketed_.low[first + i]) << target_bits_ |
                       bucketed_.rows.targets[first + i];
      scratch.items[i] = item_of(key, i, Item{});
    }
    copy_part(bucketed_.rows.weights, first, count, scratch.weights);
    copy_part(bucketed_.rows.times, first, count, scratch.times);
  }

  template <class T>
  static void copy_part(const MappedArray<T>& from, EdgeIndex first, std::size_t count,
                        std::vector<T>& to) {
    if (from.size() != 0) to.assign(from.data() + first, from.data() + first + count);
  }

  EdgeIndex store(std::size_t bucket, const Scratch<Item>& scratch) const {
    auto& rows = bucketed_.rows;
    const auto first = bucketed_.bucket_ends[bucket];
    EdgeIndex* degree = rows.offsets.data() + (bucket << bucketed_.plan.row_bits) + 1;
    const auto mask = (std::uint64_t{1} << target_bits_) - 1;
    auto end = first;
    auto before = ~std::uint64_t{0};
    for (const auto& item : scratch.items) {
      const auto key = key_of(item);
      if (key != before) {
        rows.targets[end] = static_cast<VertexId>(key & mask);
        ++degree[key >> target_bits_];
        put(scratch, place_of(item), end++);
      } else {
        merge(scratch, place_of(item), end - 1);
      }
      before = key;
    }
    return end - first;
  }

  void put(const Scratch<Item>& scratch, std::size_t place, EdgeIndex at) const {
    if constexpr (std::is_same_v<Item, PlacedKey>) {
      if (!scratch.weights.empty()) bucketed_.rows.weights[at] = scratch.weights[place];
      if (!scratch.times.empty()) bucketed_.rows.times[at] = scratch.times[place];
    }
  }

  void merge(const Scratch<Item>& scratch, std::size_t place, EdgeIndex at) const {
    if constexpr (std::is_same_v<Item, PlacedKey>) {
      if (!scratch.weights.empty()) bucketed_.rows.weights[at] += scratch.weights[place];
      if (scratch.times.empty()) return;
      auto& time = bucketed_.rows.times[at];
      time = std::min(time, scratch.times[place]);
    }
  }

  Bucketed& bucketed_;
  int target_bits_;
};

template <class Item>
std::vector<EdgeIndex> sort_buckets(VertexId vertex_count, Bucketed& bucketed,
                                    RunControl* control) {
  std::vector<EdgeIndex> kept(bucketed.plan.buckets, 0);
  const BucketSorter<Item> sorter(vertex_count, bucketed);
  parallel_for_scratch(
      kept.size(), 1, [] { return Scratch<Item>(); },
      [&](Scratch<Item>& scratch, std::size_t begin, std::size_t) {
        if (control != nullptr) control->check();
        kept[begin] = sorter.sort(begin, scratch);
      });
  return kept;
}

/// Moves what is left of each bucket to the front, and gives back what is behind.
template <class T>
void close_gaps(MappedArray<T>& array, const std::vector<EdgeIndex>& from,
                const std::vector<EdgeIndex>& kept) {
  if (array.size() == 0) return;
  EdgeIndex to = 0;
  for (std::size_t bucket = 0; bucket < kept.size(); ++bucket) {
    if (to != from[bucket] && kept[bucket] != 0) {
      std::memmove(array.data() + to, array.data() + from[bucket], kept[bucket] * sizeof(T));
    }
    to += kept[bucket];
  }
  array.shrink(to);
}

/// Turns degrees into offsets.
void add_up(std::span<EdgeIndex> offsets, int row_bits, const std::vector<EdgeIndex>& kept) {
  std::vector<EdgeIndex> first(kept.size() + 1, 0);
  std::inclusive_scan(kept.begin(), kept.end(), first.begin() + 1);
  parallel_for(kept.size(), 1, [&](std::size_t bucket, std::size_t) {
    const auto end = std::min(offsets.size(), ((bucket + 1) << row_bits) + 1);
    auto sum = first[bucket];
    for (auto i = (bucket << row_bits) + 1; i < end; ++i) offsets[i] = sum += offsets[i];
  });
}

}  // namespace

Rows build_rows(const EdgeSource& edges, RowsOf rows_of, RunControl* control) {
  auto bucketed = scatter(edges, rows_of);
  auto& rows = bucketed.rows;
  if (control != nullptr) control->check();
  rows.offsets = large_array<EdgeIndex>(edges.vertex_count + 1ULL);
  const auto kept = edges.weighted || edges.timed
                        ? sort_buckets<PlacedKey>(edges.vertex_count, bucketed, control)
                        : sort_buckets<std::uint64_t>(edges.vertex_count, bucketed, control);
  bucketed.low = {};
  const auto arcs = bucketed.bucket_ends.back();
  add_up(rows.offsets.view(), bucketed.plan.row_bits, kept);
  rows.merged = arcs - rows.offsets[edges.vertex_count];
  close_gaps(rows.targets, bucketed.bucket_ends, kept);
  close_gaps(rows.weights, bucketed.bucket_ends, kept);
  close_gaps(rows.times, bucketed.bucket_ends, kept);
  return std::move(rows);
}

}  // namespace lockstep
