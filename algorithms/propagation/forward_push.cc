#include "lockstep/algorithms/forward_push.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>
#include <string>
#include <unordered_map>

#include "lockstep/error.h"
#include "seed_shares.h"

namespace lockstep {
namespace {

/// What is known of a vertex that some score has reached.
struct Near {
  double score = 0.0;
  double residual = 0.0;  ///< score that is still to be kept in part and passed on in part
  double strength = 0.0;  ///< sum of the weights around it
  bool queued = false;
};

class Push {
 public:
  Push(const CsrView& graph, const ForwardPushOptions& options)
      : graph_(graph), damping_(options.damping), epsilon_(options.epsilon) {}

  /// A vertex without edges hands what it does not keep back to the seeds, so the scores are
  /// those of a graph where it would be lost, scaled to sum to 1. That scale goes to the start.
  void start_from(std::span<const Seed> seeds, double total) {
    double lonely = 0.0;
    for (const auto& [vertex, weight] : seeds) {
      if (graph_.degree(vertex) == 0) lonely += weight / total;
    }
    const double scale = 1.0 / (1.0 - damping_ * lonely);
    for (const auto& [vertex, weight] : seeds) {
      const double share = scale * weight / total;
      if (graph_.degree(vertex) == 0) {
        near_[vertex].score += (1.0 - damping_) * share;
      } else {
        give(vertex, share);
      }
    }
  }

  /// Pushes until no residual is above epsilon times its vertex's strength.
  std::uint64_t run(const RunControl* control) {
    std::uint64_t pushes = 0;
    for (; !queue_.empty(); queue_.pop_front(), ++pushes) {
      if (control != nullptr) control->check();
      const VertexId v = queue_.front();
      Near& here = near_[v];
      here.queued = false;
      const double residual = here.residual;
      here.residual = 0.0;
      here.score += (1.0 - damping_) * residual;
      const double rate = damping_ * residual / here.strength;
      if (rate == 0.0) continue;
      for (std::size_t i = 0; i < graph_.degree(v); ++i) {
        give(graph_.neighbours(v)[i], rate * graph_.weight(graph_.offsets[v] + i));
      }
    }
    return pushes;
  }

  [[nodiscard]] ForwardPushResult result(std::uint64_t pushes) const {
    ForwardPushResult result;
    for (const auto& [vertex, near] : near_) {
      if (near.score > 0.0) result.vertices.push_back(vertex);
    }
    std::sort(result.vertices.begin(), result.vertices.end());
    for (const VertexId vertex : result.vertices) {
      result.scores.push_back(near_.at(vertex).score);
    }
    result.pushes = pushes;
    return result;
  }

 private:
  void give(VertexId v, double residual) {
    Near& there = near_[v];
    if (there.strength == 0.0) there.strength = strength(v);
    there.residual += residual;
    if (there.queued || there.residual <= epsilon_ * there.strength) return;
    there.queued = true;
    queue_.push_back(v);
  }

  [[nodiscard]] double strength(VertexId v) const {
    if (!graph_.is_weighted()) return static_cast<double>(graph_.degree(v));
    const auto weights = graph_.neighbour_weights(v);
    return std::accumulate(weights.begin(), weights.end(), 0.0);
  }

  const CsrView& graph_;
  double damping_;
  double epsilon_;
  std::unordered_map<VertexId, Near> near_;
  std::deque<VertexId> queue_;
};

}  // namespace

ForwardPushResult forward_push(const CsrView& graph, std::span<const Seed> seeds,
                               const ForwardPushOptions& options, RunControl* control) {
  check_damping(options.damping);
  if (!(options.epsilon > 0.0) || !std::isfinite(options.epsilon)) {
    throw InvalidArgument("epsilon is " + std::to_string(options.epsilon) +
                          "; give an error above 0");
  }
  const double total = seed_total(graph.size(), seeds);
  Push push(graph, options);
  push.start_from(seeds, total);
  return push.result(push.run(control));
}

}  // namespace lockstep
