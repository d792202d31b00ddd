#include "batches.h"

#include <algorithm>
#include <functional>

#include "lockstep/parallel.h"
#include "lockstep/random.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 14;
constexpr std::size_t kSequential = 4096;  // up to so many vertices, threads do not pay
constexpr std::size_t kMostBatches = 32;
constexpr int kBlockBits = 2;  // four vertices stay together: what they need shares cache lines

std::size_t batch_of(VertexId block, std::uint64_t salt, std::size_t batches) {
  return static_cast<std::size_t>((mixed(block, salt) >> 32) * batches >> 32);
}

}  // namespace

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
  return SplitMix(SplitMix(b).next() ^ a).next();
}

void Batches::collect(const std::vector<std::uint8_t>& flags, std::uint64_t salt,
                      Together together) {
  const auto flagged = parallel_reduce(
      flags.size(), kGrain, std::size_t{0},
      [&](std::size_t begin, std::size_t end) {
        std::size_t sum = 0;
        for (; begin < end; ++begin) sum += flags[begin];
        return sum;
      },
      std::plus<>());
  vertices_.resize(flagged);
  if (together == Together::kOneByOne || flagged <= kSequential) {
    shuffle_all(flags, salt);
  } else {
    scatter(flags, salt, std::min(kMostBatches, 2 * flagged / kSequential),
            together == Together::kBlocks ? kBlockBits : 0);
  }
}

void Batches::shuffle_all(const std::vector<std::uint8_t>& flags, std::uint64_t salt) {
  bounds_ = {0, vertices_.size()};
  std::size_t next = 0;
  for (VertexId v = 0; next < vertices_.size(); ++v) {
    if (flags[v] != 0) vertices_[next++] = v;
  }
  SplitMix random(salt);
  random.shuffle(std::span(vertices_));
}

void Batches::scatter(const std::vector<std::uint8_t>& flags, std::uint64_t salt,
                      std::size_t batches, int block_bits) {
  const std::size_t chunks = (flags.size() + kGrain - 1) / kGrain;
  std::vector<std::size_t> place(batches * chunks, 0);  // batch by batch, chunk by chunk
  const auto each = [&](const auto& visit) {
    parallel_for(flags.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      const std::size_t chunk = begin / kGrain;
      for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
        if (flags[v] == 0) continue;
        visit(v, place[batch_of(v >> block_bits, salt, batches) * chunks + chunk]);
      }
    });
  };
  each([](VertexId, std::size_t& count) { ++count; });
  bounds_.assign(1, 0);
  std::size_t sum = 0;
  for (std::size_t i = 0; i < place.size(); ++i) {
    const std::size_t count = place[i];
    place[i] = sum;
    sum += count;
    if ((i + 1) % chunks == 0) bounds_.push_back(sum);
  }
  each([&](VertexId v, std::size_t& next) { vertices_[next++] = v; });
}

}  // namespace lockstep
