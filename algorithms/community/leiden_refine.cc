#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "leiden_level.h"

namespace lockstep {
namespace {

constexpr VertexId kNone = std::numeric_limits<VertexId>::max();
constexpr double kRounding = 1e-10;  // a part exactly as well connected as chance still counts

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
    return part_outside_[part] * (1.0 + kRounding) + kRounding >=
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

}  // namespace lockstep
