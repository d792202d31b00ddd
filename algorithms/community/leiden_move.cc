#include <span>
#include <utility>

#include "leiden_level.h"

namespace lockstep {
namespace {

// Share of the terms below which a gain is rounding noise; moves that chase it could cycle.
constexpr double kLeastGain = 1e-10;

/// First-in first-out, each vertex in it at most once; never more than n at a time.
class VertexQueue {
 public:
  explicit VertexQueue(std::vector<VertexId> all) : ring_(std::move(all)), size_(ring_.size()) {
    queued_.assign(ring_.size(), 1);
  }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  VertexId pop() {
    const VertexId v = ring_[head_];
    head_ = head_ + 1 == ring_.size() ? 0 : head_ + 1;
    --size_;
    queued_[v] = 0;
    return v;
  }
  void push(VertexId v) {
    if (queued_[v] != 0) return;
    queued_[v] = 1;
    const std::size_t tail = head_ + size_;
    ring_[tail < ring_.size() ? tail : tail - ring_.size()] = v;
    ++size_;
  }

 private:
  std::vector<VertexId> ring_;
  std::vector<char> queued_;
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

/// Total mass and number of vertices of each community, and the numbers that are free.
struct Communities {
  std::vector<double> mass;
  std::vector<VertexId> count;
  std::vector<VertexId> free;

  Communities(const LeidenLevel& level, const Partition& partition)
      : mass(level.size(), 0.0), count(level.size(), 0) {
    for (VertexId v = 0; v < level.size(); ++v) put(v, partition[v], level);
    for (VertexId c = level.size(); c-- > 0;) {
      if (count[c] == 0) free.push_back(c);
    }
  }
  void put(VertexId v, VertexId community, const LeidenLevel& level) {
    mass[community] += level.vertex_mass[v];
    ++count[community];
  }
  void take(VertexId v, VertexId community, const LeidenLevel& level) {
    mass[community] -= level.vertex_mass[v];
    if (--count[community] == 0) mass[community] = 0.0;
  }
};

/// The community that `v`, taken out of `own`, gains most by joining; ties keep it where it is,
/// then go to the smaller number. A free number stands for a community of its own.
VertexId best_community(const LeidenLevel& level, const Communities& communities,
                        const Surroundings& around, VertexId v, VertexId own) {
  const double cost = level.penalty * level.vertex_mass[v];
  const double attraction = around.to(own);
  const double repulsion = cost * communities.mass[own];
  VertexId best = own;
  double best_gain = attraction - repulsion + kLeastGain * (1.0 + attraction + repulsion);
  if (best_gain < 0.0 && communities.count[own] != 0) {
    best = communities.free.back();
    best_gain = 0.0;
  }
  for (const VertexId community : around.communities()) {
    const double gain = around.to(community) - cost * communities.mass[community];
    if (gain > best_gain || (gain == best_gain && best != own && community < best)) {
      best = community;
      best_gain = gain;
    }
  }
  return best;
}

}  // namespace

void move_vertices(const LeidenLevel& level, Partition& partition, SplitMix& random,
                   const RunControl* control) {
  Communities communities(level, partition);
  Surroundings around(level.size());
  VertexQueue queue(shuffled_vertices(level.size(), random));
  for (std::uint64_t visits = 1; !queue.empty(); ++visits) {
    if (control != nullptr && visits % 4096 == 0) control->check();
    const VertexId v = queue.pop();
    const VertexId own = partition[v];
    for (auto i = level.offsets[v]; i < level.offsets[v + 1ULL]; ++i) {
      around.add(partition[level.targets[i]], level.weights[i]);
    }
    communities.take(v, own, level);
    const VertexId best = best_community(level, communities, around, v, own);
    around.clear();
    communities.put(v, best, level);
    if (best == own) continue;
    partition[v] = best;
    if (!communities.free.empty() && communities.free.back() == best) communities.free.pop_back();
    if (communities.count[own] == 0) communities.free.push_back(own);
    for (auto i = level.offsets[v]; i < level.offsets[v + 1ULL]; ++i) {
      if (partition[level.targets[i]] != best) queue.push(level.targets[i]);
    }
  }
}

}  // namespace lockstep
