#include "refinement.h"

#include <atomic>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "batches.h"
#include "community_table.h"
#include "lockstep/huge_pages.h"
#include "lockstep/parallel.h"
#include "lockstep/random.h"

namespace lockstep {
namespace {

constexpr double kRounding = 1e-10;    // a part exactly as well connected as chance still counts
constexpr double kLeastPower = -40.0;  // a chance below e^-40 of the best is none
constexpr std::size_t kGrain = 256;
constexpr std::size_t kStretch = 64;  // arcs whose parts are read before they are counted

enum State : std::uint8_t {
  kTaken,    ///< has left its part, or its part has grown
  kSingle,   ///< a part of one vertex
  kLeaving,  ///< a part of one vertex that is about to join another
};

/// What a draw works with: the parts around a vertex, and those it may join.
template <class Weight>
struct Draw {
  struct Candidate {
    VertexId part;
    Weight weight;
    double chance;
  };
  CommunityTable<Weight> around;
  std::vector<Candidate> candidates;
};

/// Parts of the communities of one partition, as they grow from single vertices. A part that has
/// grown is never left, and a vertex joins only next to a member, so parts are connected.
template <class Weight>
class Refinement {
 public:
  Refinement(const Level<Weight>& level, const Partition& partition, const RefineOptions& options)
      : level_(level),
        partition_(partition),
        options_(options),
        part_(huge_vector<VertexId>(level.size())),
        part_mass_(level.mass),
        part_outside_(huge_vector<std::uint64_t>(level.size())),
        community_mass_(level.size(), 0),
        state_(level.size(), kSingle),
        pending_(level.size(), 1),
        chosen_(level.size()),
        draws_([] { return Draw<Weight>(); }) {
    std::iota(part_.begin(), part_.end(), 0U);
    parallel_for(level.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      if (options_.control != nullptr) options_.control->check();
      for (auto v = static_cast<VertexId>(begin); v < end; ++v) start(v);
    });
  }

  Partition run() {
    Batches batches;
    for (std::uint64_t round = 0; round == 0 || batches.size() > 0; ++round) {
      // Two that choose each other wait for a round that parts them.
      batches.collect(pending_, mixed(options_.seed, round),
                      round == 0 ? Together::kBlocks : Together::kStrewn);
      for (std::size_t i = 0; i < batches.count(); ++i) {
        if (batches.is_sequential()) {
          merge_one_by_one(batches.batch(i));
        } else {
          merge_together(batches.batch(i));
        }
      }
    }
    return std::move(part_);
  }

 private:
  static constexpr VertexId kStay = CommunityTable<Weight>::kNone;

  struct Choice {
    VertexId part;
    Weight weight;  ///< towards that part
  };

  void start(VertexId v) {
    std::atomic_ref(community_mass_[partition_[v]])
        .fetch_add(level_.mass[v], std::memory_order_relaxed);
    std::uint64_t inside = 0;
    for (EdgeIndex arc = level_.first[v]; arc < level_.last[v]; ++arc) {
      inside += partition_[level_.targets[arc]] == partition_[v] ? level_.weight(arc) : 0;
    }
    part_outside_[v] = inside;
    if (inside == 0) pending_[v] = 0;
  }

  /// Whether a part hangs together with the rest of its community better than chance would.
  [[nodiscard]] bool well_connected(VertexId part, VertexId community) const {
    const auto mass = static_cast<double>(part_mass_[part]);
    const auto rest = static_cast<double>(community_mass_[community]) - mass;
    return static_cast<double>(part_outside_[part]) * (1.0 + kRounding) + kRounding >=
           level_.penalty * mass * rest;
  }

  /// Sums the weights from v to the parts of its community.
  void survey(VertexId v, CommunityTable<Weight>& around) const {
    around.open(level_.degree(v));
    EdgeIndex inside[kStretch];
    VertexId parts[kStretch];
    for (EdgeIndex from = level_.first[v]; from < level_.last[v]; from += kStretch) {
      const EdgeIndex to = std::min<EdgeIndex>(from + kStretch, level_.last[v]);
      std::size_t many = 0;
      for (EdgeIndex arc = from; arc < to; ++arc) {
        inside[many] = arc;
        many += partition_[level_.targets[arc]] == partition_[v] ? 1 : 0;
      }
      for (std::size_t i = 0; i < many; ++i) parts[i] = part_[level_.targets[inside[i]]];
      for (std::size_t i = 0; i < many; ++i) {
        if (!around.add(parts[i], level_.weight(inside[i]))) continue;
        __builtin_prefetch(&part_mass_[parts[i]]);
        __builtin_prefetch(&part_outside_[parts[i]]);
      }
    }
  }

  /// The part that v, alone so far, is to join.
  Choice draw(VertexId v, Draw<Weight>& scratch) const {
    if (!well_connected(v, partition_[v])) return {kStay, 0};
    survey(v, scratch.around);
    auto& candidates = scratch.candidates;
    candidates.clear();
    double most = 0.0;
    const double cost = level_.penalty * static_cast<double>(level_.mass[v]);
    scratch.around.for_each([&](VertexId part, Weight weight) {
      const double gain =
          static_cast<double>(weight) - cost * static_cast<double>(part_mass_[part]);
      if (gain < 0.0 || !well_connected(part, partition_[v])) return;
      candidates.push_back({part, weight, gain});
      most = std::max(most, gain);
    });
    return pick(candidates, most, SplitMix(mixed(options_.seed, v)).uniform());
  }

  /// Draws a candidate with a chance that grows with its gain, which stands in `chance`.
  Choice pick(std::vector<typename Draw<Weight>::Candidate>& candidates, double most,
              double uniform) const {
    const auto chance = [&](double gain) {
      const double power = (gain - most) / options_.randomness;
      return power < kLeastPower ? 0.0 : std::exp(power);
    };
    const double alone = chance(0.0);  // to stay alone gains nothing
    double total = alone;
    for (auto& candidate : candidates) {
      candidate.chance = chance(candidate.chance);
      total += candidate.chance;
    }
    double left = uniform * total - alone;
    if (left < 0.0 || candidates.empty()) return {kStay, 0};
    for (const auto& candidate : candidates) {
      left -= candidate.chance;
      if (left < 0.0) return {candidate.part, candidate.weight};
    }
    return {candidates.back().part, candidates.back().weight};
  }

  void merge_one_by_one(std::span<const VertexId> batch) {
    auto& scratch = draws_.local();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (options_.control != nullptr && i % kGrain == 0) options_.control->check();
      fetch_ahead(level_, batch, i, partition_, part_);
      const VertexId v = batch[i];
      pending_[v] = 0;
      if (state_[v] != kSingle) continue;
      const auto choice = draw(v, scratch);
      if (choice.part != kStay) join(v, choice);
    }
  }

  /// All members draw from the same state. Who chose a single vertex that leaves must try again;
  /// where two choose each other both stay for the next round.
  void merge_together(std::span<const VertexId> batch) {
    parallel_for(batch.size(), kGrain,
                 [&](std::size_t begin, std::size_t end) { choose(batch, begin, end); });
    parallel_for(batch.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        if (chosen_[i].part == kStay || state_[chosen_[i].part] != kLeaving) continue;
        pending_[batch[i]] = 1;
        chosen_[i].part = kStay;
      }
    });
    parallel_for(batch.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const VertexId v = batch[i];
        if (chosen_[i].part != kStay) {
          join(v, chosen_[i]);
        } else if (pending_[v] != 0) {
          set_state(v, kSingle);
        }
      }
    });
  }

  void choose(std::span<const VertexId> batch, std::size_t begin, std::size_t end) {
    if (options_.control != nullptr) options_.control->check();
    auto& scratch = draws_.local();
    for (std::size_t i = begin; i < end; ++i) {
      fetch_ahead(level_, batch, i, partition_, part_);
      const VertexId v = batch[i];
      pending_[v] = 0;
      chosen_[i] = state_[v] == kSingle ? draw(v, scratch) : Choice{kStay, 0};
    }
    for (std::size_t i = begin; i < end; ++i) {
      if (chosen_[i].part != kStay) set_state(batch[i], kLeaving);
    }
  }

  void set_state(VertexId v, State state) {
    std::atomic_ref(state_[v]).store(state, std::memory_order_relaxed);
  }

  void join(VertexId v, Choice choice) {
    std::atomic_ref(part_outside_[choice.part])
        .fetch_add(part_outside_[v] - 2 * std::uint64_t{choice.weight}, std::memory_order_relaxed);
    std::atomic_ref(part_mass_[choice.part]).fetch_add(level_.mass[v], std::memory_order_relaxed);
    part_[v] = choice.part;
    set_state(v, kTaken);
    set_state(choice.part, kTaken);
  }

  const Level<Weight>& level_;
  const Partition& partition_;
  const RefineOptions& options_;
  Partition part_;
  std::vector<std::uint64_t> part_mass_;
  std::vector<std::uint64_t> part_outside_;  ///< weight from a part to the rest of its community
  std::vector<std::uint64_t> community_mass_;
  std::vector<std::uint8_t> state_;
  std::vector<std::uint8_t> pending_;
  std::vector<Choice> chosen_;  // of the batch at hand
  ThreadScratch<Draw<Weight>> draws_;
};

}  // namespace

template <class Weight>
Partition refine(const Level<Weight>& level, const Partition& partition,
                 const RefineOptions& options) {
  return Refinement<Weight>(level, partition, options).run();
}

template Partition refine(const Level<std::uint32_t>&, const Partition&, const RefineOptions&);
template Partition refine(const Level<std::uint64_t>&, const Partition&, const RefineOptions&);

}  // namespace lockstep
