#include "local_moves.h"

#include <atomic>
#include <functional>
#include <span>

#include "batches.h"
#include "community_table.h"
#include "lockstep/huge_pages.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

// Share of the terms below which a gain is rounding noise; moves that chase it could cycle.
constexpr double kLeastGain = 1e-10;
constexpr std::size_t kGrain = 256;
// From here on those who decide together go one way at a time. Earlier, a pass is worth more than
// the few who change places in it.
constexpr int kFreePasses = 4;
// Even so the moves of a batch could undo each other for ever; one after another they cannot.
constexpr int kMostPassesTogether = 50;

template <class Weight>
class Mover {
 public:
  Mover(const Level<Weight>& level, Partition& partition, const MoveOptions& options)
      : level_(level),
        partition_(partition),
        options_(options),
        mass_(huge_vector<std::uint64_t>(level.size())),
        active_(level.size(), 1),
        chosen_(level.size()),
        scratch_([] { return Scratch(); }) {
    parallel_for(level.size(), kGrain * 16, [&](std::size_t begin, std::size_t end) {
      for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
        add_mass(partition_[v], level_.mass[v]);
        if (level_.degree(v) == 0) active_[v] = 0;
      }
    });
  }

  /// One look at each active vertex; returns the gain.
  double pass(int number) {
    batches_.collect(active_, mixed(options_.seed, static_cast<std::uint64_t>(number)),
                     number >= kMostPassesTogether ? Together::kOneByOne : Together::kBlocks);
    moved_ = 0;
    way_ = number < kFreePasses ? Way::kAny : number % 2 == 0 ? Way::kDown : Way::kUp;
    if (batches_.is_sequential()) return move_one_by_one(batches_.batch(0));
    double gain = 0.0;
    for (std::size_t i = 0; i < batches_.count(); ++i) gain += move_together(batches_.batch(i));
    return gain;
  }
  /// Whether nobody moved, and nobody waits for a pass the other way.
  [[nodiscard]] bool is_done() const {
    return moved_ == 0 && (way_ == Way::kAny || batches_.is_sequential());
  }

 private:
  struct Choice {
    VertexId community;
    double gain;
  };
  struct Scratch {
    CommunityTable<Weight> around;
    std::vector<Choice> rivals;  ///< communities that weigh enough, and how much, less their cost
  };
  enum class Way { kAny, kDown, kUp };  ///< to communities of smaller number, or of larger
  static constexpr VertexId kAlone = CommunityTable<Weight>::kNone;
  static constexpr VertexId kStayed = kAlone - 1;

  void add_mass(VertexId community, std::uint64_t mass) {
    std::atomic_ref(mass_[community]).fetch_add(mass, std::memory_order_relaxed);
  }

  /// The community that v gains most by joining, and how much more than by staying; ties keep it
  /// where it is, then go to the smaller number. kAlone is a community of its own.
  Choice best(VertexId v, Scratch& scratch) const {
    auto& [around, rivals] = scratch;
    const VertexId own = partition_[v];
    const double cost = level_.penalty * static_cast<double>(level_.mass[v]);
    const double repulsion = cost * static_cast<double>(mass_[own] - level_.mass[v]);
    if (is_settled(level_, partition_, v, repulsion)) return {own, 0.0};
    around.survey(level_, partition_, v);
    const auto attraction = static_cast<double>(around.to(own));
    const double stay = attraction - repulsion;
    Choice best{own, stay + kLeastGain * (1.0 + attraction + repulsion)};
    if (best.gain < 0.0 && mass_[own] != level_.mass[v]) best = {kAlone, 0.0};
    rivals.clear();
    around.for_each([&](VertexId community, Weight weight) {
      if (static_cast<double>(weight) < best.gain || community == own) return;
      __builtin_prefetch(&mass_[community]);
      rivals.push_back({community, static_cast<double>(weight)});
    });
    for (const auto& [community, weight] : rivals) {
      const double gain = weight - cost * static_cast<double>(mass_[community]);
      const bool wins_tie =
          gain == best.gain && best.community != own && community < best.community;
      if (gain > best.gain || wins_tie) best = {community, gain};
    }
    best.gain -= stay;
    return best;
  }

  double move_together(std::span<const VertexId> batch) {
    const double gain = parallel_reduce(
        batch.size(), kGrain, 0.0,
        [&](std::size_t begin, std::size_t end) { return choose(batch, begin, end); },
        std::plus<>());
    moved_ += parallel_reduce(
        batch.size(), kGrain * 4, std::size_t{0},
        [&](std::size_t begin, std::size_t end) { return shift_chosen(batch, begin, end); },
        std::plus<>());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (chosen_[i] == kAlone) shift(batch[i], free_community());
    }
    parallel_for(batch.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        if (chosen_[i] != kStayed) wake_around(batch[i]);
      }
    });
    return gain;
  }

  /// Decides for a stretch of a batch; nothing that others read changes.
  double choose(std::span<const VertexId> batch, std::size_t begin, std::size_t end) {
    if (options_.control != nullptr) options_.control->check();
    auto& scratch = scratch_.local();
    double gain = 0.0;
    for (std::size_t i = begin; i < end; ++i) {
      fetch_ahead(level_, batch, i, partition_);
      const VertexId v = batch[i];
      const VertexId own = partition_[v];
      const auto [community, better] = best(v, scratch);
      const bool waits = community != own && !may_go(own, community);
      active_[v] = waits ? 1 : 0;
      chosen_[i] = waits || community == own ? kStayed : community;
      if (chosen_[i] != kStayed) gain += better;
    }
    return gain;
  }

  [[nodiscard]] bool may_go(VertexId from, VertexId to) const {
    return way_ == Way::kAny || to == kAlone || (way_ == Way::kDown) == (to < from);
  }

  std::size_t shift_chosen(std::span<const VertexId> batch, std::size_t begin, std::size_t end) {
    std::size_t moved = 0;
    for (std::size_t i = begin; i < end; ++i) {
      if (chosen_[i] == kStayed) continue;
      ++moved;
      if (chosen_[i] != kAlone) shift(batch[i], chosen_[i]);
    }
    return moved;
  }

  double move_one_by_one(std::span<const VertexId> batch) {
    auto& scratch = scratch_.local();
    double gain = 0.0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (options_.control != nullptr && i % kGrain == 0) options_.control->check();
      fetch_ahead(level_, batch, i, partition_);
      const VertexId v = batch[i];
      active_[v] = 0;
      auto [community, better] = best(v, scratch);
      if (community == partition_[v]) continue;
      if (community == kAlone) community = free_community();
      shift(v, community);
      wake_around(v);
      gain += better;
      ++moved_;
    }
    return gain;
  }

  void shift(VertexId v, VertexId community) {
    add_mass(partition_[v], 0 - level_.mass[v]);
    add_mass(community, level_.mass[v]);
    partition_[v] = community;
  }

  void wake_around(VertexId v) {
    for (EdgeIndex arc = level_.first[v]; arc < level_.last[v]; ++arc) {
      const VertexId other = level_.targets[arc];
      if (partition_[other] == partition_[v]) continue;
      std::atomic_ref(active_[other]).store(1, std::memory_order_relaxed);
    }
  }

  /// There is one whenever a vertex that is not alone asks.
  VertexId free_community() {
    while (mass_[free_] != 0) free_ = free_ + 1 == level_.size() ? 0 : free_ + 1;
    return free_;
  }

  const Level<Weight>& level_;
  Partition& partition_;
  const MoveOptions& options_;
  std::vector<std::uint64_t> mass_;
  std::vector<std::uint8_t> active_;
  std::vector<VertexId> chosen_;  // of the batch at hand
  ThreadScratch<Scratch> scratch_;
  Batches batches_;
  std::size_t moved_ = 0;
  Way way_ = Way::kAny;
  VertexId free_ = 0;
};

}  // namespace

template <class Weight>
int move_vertices(const Level<Weight>& level, Partition& partition, const MoveOptions& options) {
  Mover<Weight> mover(level, partition, options);
  for (int passes = 1;; ++passes) {
    const double gain = mover.pass(passes - 1);
    if (mover.is_done() || gain < options.least_gain) return passes;
  }
}

template int move_vertices(const Level<std::uint32_t>&, Partition&, const MoveOptions&);
template int move_vertices(const Level<std::uint64_t>&, Partition&, const MoveOptions&);

}  // namespace lockstep
