#include "leiden_level.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

namespace lockstep {
namespace {

constexpr VertexId kNone = std::numeric_limits<VertexId>::max();
constexpr double kLeastGain = 1e-10;  // below it a move is rounding noise, and could cycle

/// Weights from one vertex to the communities around it: a dense table, cleared by its list.
class Surroundings {
 public:
  explicit Surroundings(VertexId communities) : weight_(communities, 0.0) {}

  void add(VertexId community, double weight) {
    if (weight_[community] == 0.0) touched_.push_back(community);
    weight_[community] += weight;
  }
  [[nodiscard]] double to(VertexId community) const { return weight_[community]; }
  [[nodiscard]] const std::vector<VertexId>& communities() const { return touched_; }
  void clear() {
    for (const VertexId community : touched_) weight_[community] = 0.0;
    touched_.clear();
  }

 private:
  std::vector<double> weight_;
  std::vector<VertexId> touched_;
};

std::vector<VertexId> shuffled_vertices(VertexId n, SplitMix& random) {
  std::vector<VertexId> order(n);
  std::iota(order.begin(), order.end(), 0U);
  random.shuffle(std::span(order));
  return order;
}

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
  VertexId best = own;
  double best_gain = around.to(own) - cost * communities.mass[own] + kLeastGain;
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

bool move_vertices(const LeidenLevel& level, Partition& partition, SplitMix& random,
                   const RunControl* control) {
  Communities communities(level, partition);
  Surroundings around(level.size());
  VertexQueue queue(shuffled_vertices(level.size(), random));
  bool moved = false;
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
    moved = true;
    partition[v] = best;
    if (!communities.free.empty() && communities.free.back() == best) communities.free.pop_back();
    if (communities.count[own] == 0) communities.free.push_back(own);
    for (auto i = level.offsets[v]; i < level.offsets[v + 1ULL]; ++i) {
      if (partition[level.targets[i]] != best) queue.push(level.targets[i]);
    }
  }
  return moved;
}

namespace {

/// Parts of the communities of one partition, as they grow from single vertices.
class Refinement {
 public:
  Refinement(const LeidenLevel& level, const Partition& partition, double randomness)
      : level_(level),
        partition_(partition),
        randomness_(randomness),
        part_(level.size()),
        part_mass_(level.vertex_mass),
        part_outside_(level.size(), 0.0),
        part_count_(level.size(), 1),
        community_mass_(level.size(), 0.0),
        around_(level.size()) {
    std::iota(part_.begin(), part_.end(), 0U);
    for (VertexId v = 0; v < level.size(); ++v) {
      community_mass_[partition[v]] += level.vertex_mass[v];
      for (auto i = level.offsets[v]; i < level.offsets[v + 1ULL]; ++i) {
        if (partition[level.targets[i]] == partition[v]) part_outside_[v] += level.weights[i];
      }
    }
  }

  void merge(VertexId v, SplitMix& random) {
    const bool alone = part_[v] == v && part_count_[v] == 1;
    if (!alone || !well_connected(v, partition_[v])) return;
    for (auto i = level_.offsets[v]; i < level_.offsets[v + 1ULL]; ++i) {
      const VertexId other = level_.targets[i];
      if (partition_[other] == partition_[v]) around_.add(part_[other], level_.weights[i]);
    }
    const VertexId chosen = draw(v, random);
    if (chosen != kNone) join(v, chosen);
    around_.clear();
  }

  [[nodiscard]] Partition take() { return std::move(part_); }

 private:
  /// Whether a part hangs together with the rest of its community better than chance would.
  [[nodiscard]] bool well_connected(VertexId part, VertexId community) const {
    return part_outside_[part] + kLeastGain >=
           level_.penalty * part_mass_[part] * (community_mass_[community] - part_mass_[part]);
  }

  VertexId draw(VertexId v, SplitMix& random) {
    candidates_.clear();
    double most = 0.0;
    for (const VertexId part : around_.communities()) {
      if (!well_connected(part, partition_[v])) continue;
      const double gain =
          around_.to(part) - level_.penalty * level_.vertex_mass[v] * part_mass_[part];
      if (gain < 0.0) continue;
      candidates_.push_back({part, gain});
      most = std::max(most, gain);
    }
    double total = std::exp((0.0 - most) / randomness_);  // to stay alone gains nothing
    const double alone = total;
    for (Candidate& candidate : candidates_) {
      candidate.chance = std::exp((candidate.chance - most) / randomness_);
      total += candidate.chance;
    }
    double left = random.uniform() * total - alone;
    if (left < 0.0) return kNone;
    for (const Candidate& candidate : candidates_) {
      left -= candidate.chance;
      if (left < 0.0) return candidate.part;
    }
    return candidates_.empty() ? kNone : candidates_.back().part;
  }

  void join(VertexId v, VertexId part) {
    part_outside_[part] += part_outside_[v] - 2.0 * around_.to(part);
    part_mass_[part] += level_.vertex_mass[v];
    part_mass_[v] = 0.0;
    --part_count_[v];
    ++part_count_[part];
    part_[v] = part;
  }

  struct Candidate {
    VertexId part;
    double chance;
  };

  const LeidenLevel& level_;
  const Partition& partition_;
  double randomness_;
  Partition part_;
  std::vector<double> part_mass_;
  std::vector<double> part_outside_;  ///< weight from a part to the rest of its community
  std::vector<VertexId> part_count_;
  std::vector<double> community_mass_;
  Surroundings around_;
  std::vector<Candidate> candidates_;
};

}  // namespace

Partition refine(const LeidenLevel& level, const Partition& partition, double randomness,
                 SplitMix& random) {
  Refinement refinement(level, partition, randomness);
  for (const VertexId v : shuffled_vertices(level.size(), random)) refinement.merge(v, random);
  return refinement.take();
}

VertexId renumber(Partition& partition) {
  VertexId next = 0;
  std::vector<VertexId> number(partition.size(), kNone);
  for (VertexId& community : partition) {
    if (number[community] == kNone) number[community] = next++;
    community = number[community];
  }
  return next;
}

LeidenLevel aggregate(const LeidenLevel& level, const Partition& parts, VertexId part_count) {
  LeidenLevel above;
  above.penalty = level.penalty;
  above.vertex_mass.assign(part_count, 0.0);
  std::vector<VertexId> first(part_count + 1ULL, 0);
  for (VertexId v = 0; v < level.size(); ++v) {
    above.vertex_mass[parts[v]] += level.vertex_mass[v];
    ++first[parts[v] + 1ULL];
  }
  std::inclusive_scan(first.begin(), first.end(), first.begin());
  std::vector<VertexId> members(level.size());
  auto next = first;
  for (VertexId v = 0; v < level.size(); ++v) members[next[parts[v]]++] = v;

  Surroundings around(part_count);
  above.offsets.push_back(0);
  for (VertexId part = 0; part < part_count; ++part) {
    for (VertexId m = first[part]; m < first[part + 1ULL]; ++m) {
      const VertexId v = members[m];
      for (auto i = level.offsets[v]; i < level.offsets[v + 1ULL]; ++i) {
        const VertexId other = parts[level.targets[i]];
        if (other != part) around.add(other, level.weights[i]);
      }
    }
    for (const VertexId other : around.communities()) {
      above.targets.push_back(other);
      above.weights.push_back(around.to(other));
    }
    above.offsets.push_back(above.targets.size());
    around.clear();
  }
  return above;
}

}  // namespace lockstep
