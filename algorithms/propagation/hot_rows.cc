#include "hot_rows.h"

#include <algorithm>

#include "../traversal/degree_order.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 12;
constexpr VertexId kHot = 1 << 17;         // 1 MiB of doubles, a usual second-level cache
constexpr std::size_t kMostDegree = 4096;  // so that counting them stays in the cache

}  // namespace

bool HotRows::pays_for(const AdjacencyView& in) {
  return in.size() > kHot && in.arc_count() / 4 > in.size();
}

HotRows::HotRows(const AdjacencyView& in, std::span<const double> degrees,
                 const RunControl* control)
    : offsets_(in.offsets),
      places_(places_by_degree(in.size(), kMostDegree, [&](VertexId v) { return degrees[v]; })),
      tails_(in.arc_count()) {
  parallel_for_scratch(
      in.size(), kGrain, [] { return std::vector<VertexId>(); },
      [&](std::vector<VertexId>& cold, std::size_t begin, std::size_t end) {
        if (control != nullptr) control->check();
        for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
          if (cold.size() < in.degree(v)) cold.resize(in.degree(v));
          auto* next = tails_.data() + offsets_[v];
          auto* aside = cold.data();
          // Written to both sides and kept on one: which one, no branch could foretell.
          for (const VertexId tail : in.neighbours(v)) {
            const VertexId place = places_[tail];
            *next = *aside = place;
            next += place < kHot ? 1 : 0;
            aside += place < kHot ? 0 : 1;
          }
          std::copy(cold.data(), aside, next);
        }
      });
}

}  // namespace lockstep
