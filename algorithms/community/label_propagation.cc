#include "lockstep/algorithms/label_propagation.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <utility>

#include "../option_checks.h"
#include "batches.h"
#include "community_table.h"
#include "ground_level.h"
#include "level.h"
#include "lockstep/error.h"
#include "lockstep/huge_pages.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 256;

void check(const LabelPropagationOptions& options) {
  if (!(options.tolerance >= 0.0) || options.tolerance >= 1.0) {
    throw InvalidArgument("tolerance is " + std::to_string(options.tolerance) +
                          "; give at least 0 and less than 1");
  }
  check_max_rounds(options.max_rounds);
}

template <class Weight>
class Vote {
 public:
  /// `weights` has one an arc, or is null where each weighs 1.
  Vote(const AdjacencyView& graph, const Weight* weights, const RunControl* control)
      : control_(control),
        label_(huge_vector<VertexId>(graph.size())),
        active_(graph.size()),
        chosen_(graph.size()),
        tables_([] { return CommunityTable<Weight>(); }) {
    rows_.first = graph.offsets.first(graph.size());
    rows_.last = graph.offsets.subspan(1);
    rows_.targets = graph.targets.data();
    rows_.weights = weights;
    std::iota(label_.begin(), label_.end(), 0U);
    for (VertexId v = 0; v < graph.size(); ++v) active_[v] = graph.degree(v) == 0 ? 0 : 1;
  }

  /// One look at each active vertex; returns how many moved.
  std::size_t round(std::uint64_t salt) {
    batches_.collect(active_, salt);
    // So many move in the first round that to look at all again is cheaper than to note at whom.
    wakes_all_ = salt_ == 0 && !batches_.is_sequential();
    salt_ = salt;
    std::size_t moved = 0;
    if (batches_.is_sequential()) {
      for (const VertexId& v : batches_.batch(0)) moved += move_together(std::span(&v, 1));
      return moved;
    }
    for (std::size_t i = 0; i < batches_.count(); ++i) moved += move_together(batches_.batch(i));
    return moved;
  }

  [[nodiscard]] VertexId size() const { return rows_.size(); }
  Partition take() { return std::move(label_); }

 private:
  /// The label that weighs most around v; its own if that is one of them, else the one drawn.
  VertexId heaviest(VertexId v, CommunityTable<Weight>& around) const {
    if (is_settled(rows_, label_, v, 0.0)) return label_[v];
    around.survey(rows_, label_, v);
    const std::uint64_t salt = salt_ ^ (std::uint64_t{v} << 32);
    VertexId best = label_[v];
    Weight most = around.to(best);
    std::uint64_t drawn = 0;
    around.for_each([&](VertexId label, Weight weight) {
      if (weight < most || (weight == most && best == label_[v])) return;
      const std::uint64_t draw = mixed(label, salt);
      if (weight == most && draw <= drawn) return;
      best = label;
      most = weight;
      drawn = draw;
    });
    return best;
  }

  std::size_t move_together(std::span<const VertexId> batch) {
    parallel_for(batch.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      if (control_ != nullptr) control_->check();
      auto& around = tables_.local();
      for (std::size_t i = begin; i < end; ++i) {
        fetch_ahead(rows_, batch, i, label_);
        if (!wakes_all_) active_[batch[i]] = 0;
        chosen_[i] = heaviest(batch[i], around);
      }
    });
    return parallel_reduce(
        batch.size(), kGrain, std::size_t{0},
        [&](std::size_t begin, std::size_t end) {
          std::size_t moved = 0;
          for (std::size_t i = begin; i < end; ++i) {
            if (chosen_[i] == label_[batch[i]]) continue;
            label_[batch[i]] = chosen_[i];
            if (!wakes_all_) wake_around(batch[i]);
            ++moved;
          }
          return moved;
        },
        std::plus<>());
  }

  void wake_around(VertexId v) {
    for (EdgeIndex arc = rows_.first[v]; arc < rows_.last[v]; ++arc) {
      std::atomic_ref(active_[rows_.targets[arc]]).store(1, std::memory_order_relaxed);
    }
  }

  WeightedRows<Weight> rows_;
  const RunControl* control_;
  Partition label_;
  std::vector<std::uint8_t> active_;
  std::vector<VertexId> chosen_;  // of the batch at hand
  ThreadScratch<CommunityTable<Weight>> tables_;
  Batches batches_;
  std::uint64_t salt_ = 0;  // of the round at hand; 0 before the first
  bool wakes_all_ = false;
};

template <class Weight>
void run_rounds(Vote<Weight> vote, const LabelPropagationOptions& options, Communities& found) {
  const double enough = options.tolerance * vote.size();
  double moved = 0.0;
  do {
    moved = static_cast<double>(
        vote.round(mixed(options.seed, static_cast<std::uint64_t>(found.rounds))));
    ++found.rounds;
  } while (found.rounds < options.max_rounds && moved > enough);
  found.converged = moved <= enough;
  found.community = vote.take();
}

}  // namespace

Communities label_propagation(CsrView graph, const LabelPropagationOptions& options,
                              RunControl* control) {
  check(options);
  Communities found;
  if (has_unit_weights(graph)) {
    run_rounds(Vote<std::uint32_t>(graph, nullptr, control), options, found);
  } else {
    run_rounds(Vote<double>(graph, graph.weights.data(), control), options, found);
  }
  found.communities = renumber(found.community);
  found.quality = partition_quality(graph, found.community, Quality::kModularity, 1.0);
  return found;
}

}  // namespace lockstep
