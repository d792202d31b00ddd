#include "lockstep/algorithms/breadth_first_search.h"

#include <atomic>
#include <bit>
#include <mutex>
#include <string>
#include <utility>

#include "lockstep/error.h"
#include "lockstep/huge_pages.h"
#include "lockstep/parallel.h"
#include "rows.h"
#include "vertex_set.h"

namespace lockstep {
namespace {

constexpr std::size_t kQueueGrain = 1 << 9;
constexpr std::size_t kWordGrain = 1 << 8;
// When to look back instead of ahead, and ahead again: alpha and beta of the paper.
constexpr EdgeIndex kLookBack = 15;
constexpr VertexId kLookAhead = 18;

/// The vertices at one distance, and how many arcs leave them.
struct Frontier {
  std::vector<VertexId> queue;
  EdgeIndex arcs = 0;
};

struct Growth {
  VertexId vertices = 0;
  EdgeIndex arcs = 0;
  friend Growth operator+(const Growth& a, const Growth& b) {
    return {a.vertices + b.vertices, a.arcs + b.arcs};
  }
};

template <NeighbourView View>
class Search {
 public:
  Search(const View& out, const View& in, VertexId source, const RunControl* control)
      : out_(out), in_(in), control_(control) {
    result_.distance = huge_vector<VertexId>(out.size(), kUnreached);
    result_.parent = huge_vector<VertexId>(out.size(), kUnreached);
    result_.distance[source] = 0;
    result_.parent[source] = source;
    result_.reached = 1;
  }

  BreadthFirstSearchResult run(VertexId source) {
    Frontier frontier{{source}, out_.degree(source)};
    EdgeIndex unseen = out_.arc_count();
    while (!frontier.queue.empty()) {
      if (frontier.arcs > unseen / kLookBack) {
        frontier = look_back(frontier);
      } else {
        unseen -= frontier.arcs;
        frontier = look_ahead(frontier);
        result_.reached += static_cast<VertexId>(frontier.queue.size());
      }
    }
    return std::move(result_);
  }

 private:
  /// One round along the arcs out of the frontier. Whoever gives a vertex its distance queues
  /// it; every tail that could be its parent bids.
  Frontier look_ahead(const Frontier& frontier) {
    Frontier found;
    std::mutex guard;
    const VertexId next = ++rounds_;
    parallel_for(frontier.queue.size(), kQueueGrain, [&](std::size_t begin, std::size_t end) {
      if (control_ != nullptr) control_->check();
      Frontier mine;
      for (std::size_t i = begin; i < end; ++i) {
        for (const VertexId head : out_.neighbours(frontier.queue[i])) {
          if (!claim(head, next)) continue;
          mine.queue.push_back(head);
          mine.arcs += out_.degree(head);
        }
      }
      for (std::size_t i = begin; i < end; ++i) bid_for_heads(frontier.queue[i], next);
      const std::lock_guard lock(guard);
      found.queue.insert(found.queue.end(), mine.queue.begin(), mine.queue.end());
      found.arcs += mine.arcs;
    });
    return found;
  }

  bool claim(VertexId v, VertexId distance) {
    std::atomic_ref at(result_.distance[v]);
    VertexId expected = kUnreached;
    return at.load(std::memory_order_relaxed) == kUnreached &&
           at.compare_exchange_strong(expected, distance, std::memory_order_relaxed);
  }

  void bid_for_heads(VertexId tail, VertexId distance) {
    for (const VertexId head : out_.neighbours(tail)) {
      const std::atomic_ref at(result_.distance[head]);
      if (at.load(std::memory_order_relaxed) != distance) continue;
      std::atomic_ref parent(result_.parent[head]);
      VertexId best = parent.load(std::memory_order_relaxed);
      while (tail < best && !parent.compare_exchange_weak(best, tail, std::memory_order_relaxed)) {
      }
    }
  }

  /// Rounds back along the arcs into the vertices still missing, while the frontier is large.
  Frontier look_back(const Frontier& frontier) {
    VertexSet recent(out_.size());
    for (const VertexId v : frontier.queue) recent.insert(v);
    if (missing_.word_count() == 0) missing_ = VertexSet::of_all(out_.size());
    auto before = static_cast<VertexId>(frontier.queue.size());
    Growth growth{before, 0};
    while (growth.vertices >= before || growth.vertices > out_.size() / kLookAhead) {
      before = growth.vertices;
      VertexSet next(out_.size());
      ++rounds_;
      growth = parallel_reduce(
          missing_.word_count(), kWordGrain, Growth{},
          [&](std::size_t begin, std::size_t end) {
            if (control_ != nullptr) control_->check();
            Growth sum;
            for (std::size_t i = begin; i < end; ++i) sum = sum + look_back_from(i, recent, next);
            return sum;
          },
          [](const Growth& a, const Growth& b) { return a + b; });
      result_.reached += growth.vertices;
      recent = std::move(next);
      if (growth.vertices == 0) break;
    }
    return {recent.members(), growth.arcs};
  }

  /// The vertices of one word. Rows are sorted, so the first member of `recent` is the smallest.
  Growth look_back_from(std::size_t i, const VertexSet& recent, VertexSet& next) {
    const auto candidates = missing_.word(i);
    auto missing = candidates;
    std::uint64_t found = 0;
    Growth growth;
    for (auto rest = candidates; rest != 0; rest &= rest - 1) {
      const auto v = static_cast<VertexId>(64 * i) + static_cast<VertexId>(std::countr_zero(rest));
      const auto bit = rest & -rest;
      prefetch_row(in_, v + kRowsAhead);
      if (in_.degree(v) == 0 || result_.distance[v] != kUnreached) {
        missing ^= bit;
        continue;
      }
      for (const VertexId tail : in_.neighbours(v)) {
        if (!recent.contains(tail)) continue;
        result_.distance[v] = rounds_;
        result_.parent[v] = tail;
        missing ^= bit;
        found |= bit;
        growth = growth + Growth{1, out_.degree(v)};
        break;
      }
    }
    missing_.set_word(i, missing);
    next.set_word(i, found);
    return growth;
  }

  const View& out_;
  const View& in_;
  const RunControl* control_;
  BreadthFirstSearchResult result_;
  VertexSet missing_{0};  ///< all vertices without a distance, and some that have one
  VertexId rounds_ = 0;
};

template <NeighbourView View>
BreadthFirstSearchResult search(const View& out, const View& in, VertexId source,
                                const RunControl* control) {
  if (out.size() != in.size()) {
    throw InvalidArgument("the views have " + std::to_string(out.size()) + " and " +
                          std::to_string(in.size()) + " vertices; give both of one graph");
  }
  if (source >= out.size()) {
    throw InvalidArgument("source " + std::to_string(source) + " is past the " +
                          std::to_string(out.size()) + " vertices of the graph");
  }
  return Search(out, in, source, control).run(source);
}

}  // namespace

BreadthFirstSearchResult breadth_first_search(const AdjacencyView& out, const AdjacencyView& in,
                                              VertexId source, RunControl* control) {
  return search(out, in, source, control);
}

BreadthFirstSearchResult breadth_first_search(const CompressedView& out, const CompressedView& in,
                                              VertexId source, RunControl* control) {
  return search(out, in, source, control);
}

}  // namespace lockstep
