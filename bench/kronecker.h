#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lockstep/graph.h"
#include "lockstep/parallel.h"
#include "lockstep/random.h"

namespace lockstep {

/// Edges of a made-up graph, as columns; self-loops and repeats occur.
struct EdgeList {
  VertexId vertices = 0;
  std::vector<VertexId> source;
  std::vector<VertexId> target;

  [[nodiscard]] EdgeColumns columns() const { return {source, target}; }
};

/// A scrambled name for v among 2^scale: multiplying by an odd number and folding the high bits
/// into the low ones are both one-to-one.
inline VertexId scrambled(VertexId v, unsigned scale, std::uint64_t seed) {
  const std::uint64_t mask = (std::uint64_t{1} << scale) - 1;
  std::uint64_t z = v;
  for (int round = 0; round < 3; ++round) {
    z = (z * 0x9e3779b97f4a7c15ULL + seed) & mask;
    z ^= z >> ((scale + 1) / 2);
  }
  return static_cast<VertexId>(z);
}

/// Kronecker graph of 2^scale vertices and `degree` times as many edges: R-MAT with the
/// probabilities of Graph 500 (0.57, 0.19, 0.19, 0.05), names scrambled so that hubs are spread.
/// Drawn in parallel; same edges for any thread count. `scale` is 1 to 31.
inline EdgeList kronecker(unsigned scale, unsigned degree, std::uint64_t seed) {
  constexpr std::size_t kChunk = 1 << 14;
  constexpr std::uint32_t kUpAcross = 37'356;    // 0.57 of 2^16
  constexpr std::uint32_t kDown = 49'807;        // 0.76
  constexpr std::uint32_t kDownAcross = 62'259;  // 0.95
  const std::size_t edges = (std::size_t{1} << scale) * degree;
  EdgeList drawn{VertexId{1} << scale, std::vector<VertexId>(edges), std::vector<VertexId>(edges)};
  parallel_for(edges, kChunk, [&](std::size_t begin, std::size_t end) {
    SplitMix random(SplitMix(seed ^ (begin / kChunk * 0xd1342543de82ef95ULL)).next());
    for (auto i = begin; i < end; ++i) {
      VertexId u = 0;
      VertexId v = 0;
      std::uint64_t bits = 0;  // enough for four levels
      for (unsigned level = 0; level < scale; ++level) {
        if (level % 4 == 0) bits = random.next();
        const auto at = static_cast<std::uint32_t>(bits >> level % 4 * 16 & 0xffff);
        const VertexId down = at >= kDown ? 1 : 0;
        // One past 0.57, none past 0.76, one past 0.95; without a branch to mispredict.
        const VertexId across = (at >= kUpAcross ? 1U : 0U) ^ down ^ (at >= kDownAcross ? 1U : 0U);
        u = 2 * u + down;
        v = 2 * v + across;
      }
      drawn.source[i] = scrambled(u, scale, seed);
      drawn.target[i] = scrambled(v, scale, seed);
    }
  });
  return drawn;
}

}  // namespace lockstep
