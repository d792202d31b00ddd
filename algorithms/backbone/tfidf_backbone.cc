#include "lockstep/algorithms/tfidf_backbone.h"

#include <cmath>
#include <string>

#include "lockstep/algorithms/weight_threshold.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 8;

/// ln(accounts / accounts on it) of each object.
std::vector<double> rarity(const Incidence& incidence) {
  double active = 0.0;
  for (AccountId account = 0; account < incidence.account_count(); ++account) {
    active += incidence.account_degree(account) > 0 ? 1.0 : 0.0;
  }
  std::vector<double> weights(incidence.object_count(), 0.0);
  for (std::uint32_t object = 0; object < incidence.object_count(); ++object) {
    const auto degree = incidence.object_degree(object);
    if (degree > 0) weights[object] = std::log(active / static_cast<double>(degree));
  }
  return weights;
}

class Vectors {
 public:
  explicit Vectors(const Incidence& incidence)
      : incidence_(incidence), rarity_(rarity(incidence)), length_(incidence.account_count()) {
    parallel_for(length_.size(), kGrain, [&](std::size_t begin, std::size_t end) {
      for (auto account = static_cast<AccountId>(begin); account < end; ++account) {
        const auto objects = incidence_.objects_of(account);
        double sum = 0.0;
        for (std::size_t i = 0; i < objects.size(); ++i) {
          const double value = incidence_.actions_of(account)[i] * rarity_[objects[i]];
          sum += value * value;
        }
        length_[account] = std::sqrt(sum);
      }
    });
  }

  [[nodiscard]] double cosine(AccountId a, AccountId b) const {
    const auto of_a = incidence_.objects_of(a);
    const auto of_b = incidence_.objects_of(b);
    double sum = 0.0;
    for (std::size_t i = 0, j = 0; i < of_a.size() && j < of_b.size();) {
      if (of_a[i] != of_b[j]) {
        ++(of_a[i] < of_b[j] ? i : j);
        continue;
      }
      const double weight = rarity_[of_a[i]];
      sum += incidence_.actions_of(a)[i++] * weight * incidence_.actions_of(b)[j++] * weight;
    }
    const double lengths = length_[a] * length_[b];
    return lengths == 0.0 ? 0.0 : sum / lengths;
  }

 private:
  const Incidence& incidence_;
  std::vector<double> rarity_;
  std::vector<double> length_;
};

}  // namespace

BackboneResult tfidf_backbone(const BackboneEdges& edges, const Incidence& incidence,
                              const TfidfOptions& options) {
  if (!(options.quantile >= 0.0 && options.quantile <= 1.0)) {
    throw InvalidArgument("the quantile is " + std::to_string(options.quantile) + "; give 0 to 1");
  }
  if (options.min_objects < 1) throw InvalidArgument("min_objects is 0; give at least 1");
  const auto shared = shared_objects(edges, incidence);
  const Vectors vectors(incidence);
  BackboneResult result{
      std::vector<double>(shared.size()), {}, {}, std::vector<std::uint8_t>(shared.size(), 0)};
  parallel_for(shared.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i) {
      result.score[i] = vectors.cosine(edges.source[i], edges.target[i]);
    }
  });
  std::vector<double> eligible;
  for (std::size_t i = 0; i < shared.size(); ++i) {
    if (shared[i] >= options.min_objects) eligible.push_back(result.score[i]);
  }
  if (eligible.empty()) return result;
  const double bound = quantile_of(eligible, options.quantile);
  for (std::size_t i = 0; i < shared.size(); ++i) {
    result.kept[i] =
        static_cast<std::uint8_t>(shared[i] >= options.min_objects && result.score[i] > bound);
  }
  return result;
}

}  // namespace lockstep
