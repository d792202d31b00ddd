#include "lockstep/algorithms/bipartite_core.h"

#include <algorithm>
#include <atomic>
#include <numeric>

#include "lockstep/error.h"
#include "lockstep/huge_pages.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 12;
constexpr std::size_t kPeelGrain = 1 << 8;

class Peeling {
 public:
  Peeling(const BipartiteView& graph, VertexId min_accounts, RunControl* control)
      : graph_(graph),
        min_accounts_(min_accounts),
        control_(control),
        left_(huge_vector<VertexId>(graph.size())),
        core_(graph.size(), 0) {
    parallel_for(graph.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
        left_[v] = static_cast<VertexId>(graph_.degree(v));
      }
    });
  }

  BipartiteCoreResult run() {
    drop_rare_objects();
    std::vector<VertexId> present(graph_.accounts);
    std::iota(present.begin(), present.end(), 0U);
    BipartiteCoreResult result;
    std::vector<VertexId> first;
    for (VertexId k = 0; !present.empty(); ++k) {
      if (control_ != nullptr) control_->check();
      first.clear();
      // All rounds together look at sum(core + 2) accounts here: no more than there are edges.
      std::erase_if(present, [&](VertexId v) {
        if (left_[v] == k) first.push_back(v);
        return left_[v] <= k;
      });
      if (!first.empty()) result.largest = k;
      peel(k, first);
    }
    result.core = std::move(core_);
    return result;
  }

 private:
  /// Objects that no core holds; their accounts lose them before the first number is given.
  void drop_rare_objects() {
    parallel_for(graph_.objects(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (; begin < end; ++begin) {
        const VertexId v = graph_.accounts + static_cast<VertexId>(begin);
        if (graph_.degree(v) >= min_accounts_) continue;
        for (const VertexId account : graph_.neighbours(v)) {
          std::atomic_ref(left_[account]).fetch_sub(1, std::memory_order_relaxed);
        }
        left_[v] = 0;
      }
    });
  }

  /// Takes one neighbour from v, unless no more than `floor` are left; whether it now falls to
  /// `floor`. Of several threads that take the last ones, one alone is told so.
  bool fall(VertexId v, VertexId floor) {
    std::atomic_ref at(left_[v]);
    VertexId now = at.load(std::memory_order_relaxed);
    while (now > floor && !at.compare_exchange_weak(now, now - 1, std::memory_order_relaxed)) {
    }
    return now == floor + 1;
  }

  /// Takes away all accounts of core number k, and the objects that they leave with too few.
  void peel(VertexId k, const std::vector<VertexId>& first) {
    parallel_for(first.size(), kPeelGrain, [&](std::size_t begin, std::size_t end) {
      std::vector<VertexId> stack(first.begin() + static_cast<std::ptrdiff_t>(begin),
                                  first.begin() + static_cast<std::ptrdiff_t>(end));
      while (!stack.empty()) {
        if (control_ != nullptr) control_->check();
        const VertexId v = stack.back();
        stack.pop_back();
        core_[v] = k;
        const VertexId floor = graph_.is_account(v) ? min_accounts_ - 1 : k;
        for (const VertexId other : graph_.neighbours(v)) {
          if (fall(other, floor)) stack.push_back(other);
        }
      }
    });
  }

  BipartiteView graph_;
  VertexId min_accounts_;
  RunControl* control_;
  std::vector<VertexId> left_;  // neighbours left; stands still once a vertex is taken away
  std::vector<VertexId> core_;
};

}  // namespace

BipartiteCoreResult bipartite_core(const BipartiteView& graph, const BipartiteCoreOptions& options,
                                   RunControl* control) {
  if (options.min_accounts < 1) {
    throw InvalidArgument("min_accounts is 0; give at least 1");
  }
  return Peeling(graph, options.min_accounts, control).run();
}

}  // namespace lockstep
