#include "power_iteration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "../option_checks.h"
#include "hot_rows.h"
#include "lockstep/huge_pages.h"
#include "lockstep/parallel.h"
#include "seed_shares.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 12;

/// Rows as they are, each arc of weight 1.
template <NeighbourView View>
struct PlainRows {
  const View& graph;
  [[nodiscard]] VertexId place(VertexId v) const { return v; }
  [[nodiscard]] double sum(VertexId v, const double* passed) const {
    double sum = 0.0;
    for (const VertexId tail : graph.neighbours(v)) sum += passed[tail];
    return sum;
  }
};

struct WeightedRows {
  const CsrView& graph;
  [[nodiscard]] VertexId place(VertexId v) const { return v; }
  [[nodiscard]] double sum(VertexId v, const double* passed) const {
    double sum = 0.0;
    for (auto i = graph.offsets[v]; i < graph.offsets[v + 1ULL]; ++i) {
      sum += graph.weights[i] * passed[graph.targets[i]];
    }
    return sum;
  }
};

/// How far the scores moved in a round, and how much of them lies where nothing leads out.
struct Round {
  double change = 0.0;
  double stranded = 0.0;
  friend Round operator+(const Round& a, const Round& b) {
    return {a.change + b.change, a.stranded + b.stranded};
  }
};

/// One pass over the rows a round: a vertex reads what was passed on in the round before, and
/// leaves at its place what it passes on in the next.
template <class Rows>
PropagationResult iterate(const Rows& rows, std::span<const double> strengths,
                          std::span<const double> restart, const PropagationOptions& options,
                          const RunControl* control) {
  const std::size_t n = restart.size();
  PropagationResult result{huge_vector<double>(n)};
  auto passed = huge_vector<double>(n);
  auto next = huge_vector<double>(n);
  const auto step = [&](const auto& score) {
    return parallel_reduce(
        n, kGrain, Round{},
        [&](std::size_t begin, std::size_t end) {
          if (control != nullptr) control->check();
          Round sum;
          for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
            const double fresh = score(v);
            const bool ends = strengths[v] == 0.0;
            next[rows.place(v)] = ends ? 0.0 : fresh / strengths[v];
            sum = sum + Round{std::abs(fresh - result.scores[v]), ends ? fresh : 0.0};
            result.scores[v] = fresh;
          }
          return sum;
        },
        [](const Round& a, const Round& b) { return a + b; });
  };
  Round last = step([&](VertexId v) { return restart[v]; });
  while (result.rounds < options.max_rounds && !result.converged) {
    std::swap(passed, next);
    const double back = 1.0 - options.damping + options.damping * last.stranded;
    last = step([&](VertexId v) {
      return back * restart[v] + options.damping * rows.sum(v, passed.data());
    });
    ++result.rounds;
    result.converged = last.change < options.tolerance;
  }
  return result;
}

}  // namespace

void check(const PropagationOptions& options) {
  check_damping(options.damping);
  check_tolerance(options.tolerance);
  check_max_rounds(options.max_rounds);
}

PropagationResult power_iteration(const CsrView& in, std::span<const double> strengths,
                                  std::span<const double> restart,
                                  const PropagationOptions& options, const RunControl* control) {
  if (in.is_weighted()) {
    return iterate(WeightedRows{in}, strengths, restart, options, control);
  }
  if (HotRows::pays_for(in)) {
    return iterate(HotRows(in, strengths, control), strengths, restart, options, control);
  }
  return iterate(PlainRows<AdjacencyView>{in}, strengths, restart, options, control);
}

PropagationResult power_iteration(const CompressedView& in, std::span<const double> strengths,
                                  std::span<const double> restart,
                                  const PropagationOptions& options, const RunControl* control) {
  return iterate(PlainRows<CompressedView>{in}, strengths, restart, options, control);
}

}  // namespace lockstep
