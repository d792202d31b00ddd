#include "lockstep/algorithms/dense_blocks.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "peel_heap.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 12;
constexpr double kUnit = 0x1p30;  // 2^32 edges of weight 1 / log 2 still fit into 64 bits
constexpr std::size_t kFewFall = 8;

enum class State : std::uint8_t {
  kGone,
  kThere,
  kFalling,  ///< as good as gone, but its edges still count
};

void check(const DenseBlocksOptions& options) {
  if (options.blocks < 1 || options.blocks > 64) {
    throw InvalidArgument("blocks is " + std::to_string(options.blocks) + "; give 1 to 64");
  }
  if (!(options.offset >= 1.0 && options.offset <= 1e6)) {
    throw InvalidArgument("offset is " + std::to_string(options.offset) + "; give 1 to 1e6");
  }
}

/// Weight of a set of vertices, and how many they are.
struct Mass {
  std::uint64_t weight = 0;
  std::uint64_t vertices = 0;

  /// Whether it is denser than another set; exact.
  [[nodiscard]] bool denser_than(const Mass& other) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<Wide>(weight) * other.vertices > static_cast<Wide>(other.weight) * vertices;
  }
  /// The least weight that is not below the density.
  [[nodiscard]] std::uint64_t bar() const { return weight / vertices + (weight % vertices != 0); }
};

class Finder {
 public:
  Finder(const BipartiteView& graph, double offset, RunControl* control)
      : graph_(graph), control_(control), edge_weight_(graph.objects()), taken_(graph.size()) {
    parallel_for(edge_weight_.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (; begin < end; ++begin) {
        const auto accounts =
            static_cast<double>(graph_.degree(graph_.accounts + static_cast<VertexId>(begin)));
        edge_weight_[begin] =
            static_cast<std::uint64_t>(std::llround(kUnit / std::log(accounts + offset)));
      }
    });
  }

  /// The next block, whose edges are taken out of the graph; empty where no edge is left.
  DenseBlock next() {
    weigh();
    if (mass_.weight == 0) return {};
    while (drop_light()) {
    }
    const auto order = peel();
    DenseBlock block = gather(order);
    for (const VertexId v : block.accounts) taken_[v] |= bit_;
    for (const VertexId v : block.objects) taken_[v] |= bit_;
    bit_ <<= 1;
    return block;
  }

 private:
  /// Edges of earlier blocks are those whose ends are in a block together.
  [[nodiscard]] bool is_left(VertexId v, VertexId u) const { return (taken_[v] & taken_[u]) == 0; }

  [[nodiscard]] std::uint64_t weight_of(VertexId v, VertexId u) const {
    return edge_weight_[std::max(v, u) - graph_.accounts];
  }

  /// Puts all vertices back and weighs the edges left.
  void weigh() {
    const std::size_t n = graph_.size();
    left_.assign(n, 0);
    state_.assign(n, State::kThere);
    parallel_for(n, kGrain, [&](std::size_t begin, std::size_t end) {
      if (control_ != nullptr) control_->check();
      for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
        for (const VertexId u : graph_.neighbours(v)) {
          if (is_left(v, u)) left_[v] += weight_of(v, u);
        }
      }
    });
    const auto accounts = std::span(left_).first(graph_.accounts);
    mass_ = {std::reduce(accounts.begin(), accounts.end(), std::uint64_t{0}), n};
    present_.resize(n);
    std::iota(present_.begin(), present_.end(), 0U);
  }

  /// Takes v away; `fell(u)` is called for each neighbour, once it is lighter.
  template <class Fell>
  void take(VertexId v, const Fell& fell) {
    state_[v] = State::kGone;
    mass_.weight -= left_[v];
    --mass_.vertices;
    for (const VertexId u : graph_.neighbours(v)) {
      if (state_[u] == State::kGone || !is_left(v, u)) continue;
      left_[u] -= weight_of(v, u);
      fell(u);
    }
  }

  /// Takes away what weighs less than the density, which only rises by it, and what then does.
  /// Whether enough fell to try again: each look costs a pass over those present.
  bool drop_light() {
    const std::uint64_t bar = mass_.bar();
    const std::size_t before = present_.size();
    std::vector<VertexId> stack;
    for (const VertexId start : present_) {
      if (state_[start] == State::kGone || left_[start] >= bar) continue;
      stack.push_back(start);
      state_[start] = State::kFalling;
      while (!stack.empty()) {
        if (control_ != nullptr) control_->check();
        const VertexId v = stack.back();
        stack.pop_back();
        take(v, [&](VertexId u) {
          if (state_[u] == State::kFalling || left_[u] >= bar) return;
          state_[u] = State::kFalling;
          stack.push_back(u);
        });
      }
    }
    std::erase_if(present_, [&](VertexId v) { return state_[v] == State::kGone; });
    return (before - present_.size()) * kFewFall > before;
  }

  /// Takes away the rest one by one: the order, cut so that the densest set alone is left over.
  std::vector<VertexId> peel() {
    PeelHeap heap(present_, left_, graph_.size());
    std::vector<VertexId> order;
    Mass best = mass_;
    std::size_t cut = 0;
    while (!heap.empty()) {
      if (control_ != nullptr) control_->check();
      const VertexId v = heap.pop();
      order.push_back(v);
      take(v, [&](VertexId u) { heap.lower(u, left_[u]); });
      if (mass_.vertices == 0 || !mass_.denser_than(best)) continue;
      best = mass_;
      cut = order.size();
    }
    mass_ = best;
    order.resize(cut);
    return order;
  }

  /// The block that is left of those present without the ones peeled off.
  DenseBlock gather(const std::vector<VertexId>& peeled) {
    for (const VertexId v : present_) state_[v] = State::kThere;
    for (const VertexId v : peeled) state_[v] = State::kGone;
    DenseBlock block;
    for (const VertexId v : present_) {
      if (state_[v] == State::kGone) continue;
      (graph_.is_account(v) ? block.accounts : block.objects).push_back(v);
      if (!graph_.is_account(v)) continue;
      const auto row = graph_.neighbours(v);
      block.edges += static_cast<EdgeIndex>(std::count_if(row.begin(), row.end(), [&](VertexId u) {
        return state_[u] != State::kGone && is_left(v, u);
      }));
    }
    block.density = static_cast<double>(mass_.weight) / kUnit / static_cast<double>(mass_.vertices);
    return block;
  }

  BipartiteView graph_;
  RunControl* control_;
  std::vector<std::uint64_t> edge_weight_;  // of each object's edges
  std::vector<std::uint64_t> taken_;        // blocks that a vertex is in, one bit each
  std::uint64_t bit_ = 1;
  std::vector<std::uint64_t> left_;  // weight of a vertex's edges among those alive
  std::vector<State> state_;
  std::vector<VertexId> present_;  // ascending
  Mass mass_;                      // of those alive
};

}  // namespace

DenseBlocksResult dense_blocks(const BipartiteView& graph, const DenseBlocksOptions& options,
                               RunControl* control) {
  check(options);
  DenseBlocksResult result;
  Finder finder(graph, options.offset, control);
  for (int i = 0; i < options.blocks; ++i) {
    DenseBlock block = finder.next();
    if (block.edges == 0) break;
    result.blocks.push_back(std::move(block));
  }
  return result;
}

}  // namespace lockstep
