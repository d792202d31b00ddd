#include "lockstep/algorithms/bicm_backbone.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "../option_checks.h"
#include "lockstep/algorithms/poisson_binomial.h"
#include "lockstep/algorithms/significance.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 8;
constexpr std::size_t kMostExact = 512;  // objects
constexpr double kTolerance = 1e-8;
constexpr double kLongestStep = 2.0;  // of a logarithm, so that Newton cannot overshoot for ever

/// Vertices of one side that have the same degree, above 0.
struct Class {
  double degree = 0.0;
  double many = 0.0;
  double log_fugacity = 0.0;
};

/// Classes in ascending degree, and the class of each vertex; kNone where its degree is 0.
struct Side {
  static constexpr std::size_t kNone = ~std::size_t{0};
  std::vector<Class> classes;
  std::vector<std::size_t> class_of;

  explicit Side(const std::vector<std::uint32_t>& degrees) : class_of(degrees.size(), kNone) {
    std::map<std::uint32_t, std::size_t> count;
    for (const auto degree : degrees) {
      if (degree > 0) ++count[degree];
    }
    std::map<std::uint32_t, std::size_t> place;
    for (const auto& [degree, many] : count) {
      place[degree] = classes.size();
      classes.push_back({static_cast<double>(degree), static_cast<double>(many), 0.0});
    }
    for (std::size_t i = 0; i < degrees.size(); ++i) {
      if (degrees[i] > 0) class_of[i] = place[degrees[i]];
    }
  }

  [[nodiscard]] double vertices() const {
    double sum = 0.0;
    for (const auto& some : classes) sum += some.many;
    return sum;
  }
  [[nodiscard]] std::vector<double> fugacities() const {
    std::vector<double> values(class_of.size(), 0.0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (class_of[i] != kNone) values[i] = std::exp(classes[class_of[i]].log_fugacity);
    }
    return values;
  }
};

double chance(double log_x, double log_y) { return 1.0 / (1.0 + std::exp(-log_x - log_y)); }

struct Expected {
  double degree = 0.0;
  double slope = 0.0;  ///< by the logarithm of the fugacity
};

Expected expected_of(double log_fugacity, const Side& other) {
  Expected sum;
  for (const auto& some : other.classes) {
    const double p = chance(log_fugacity, some.log_fugacity);
    sum.degree += some.many * p;
    sum.slope += some.many * p * (1.0 - p);
  }
  return sum;
}

/// Lets every class of one side meet its degree, the other side as it is.
void settle(Side& side, const Side& other) {
  constexpr int kSteps = 4;
  parallel_for(side.classes.size(), 8, [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i) {
      auto& own = side.classes[i];
      for (int step = 0; step < kSteps; ++step) {
        const auto [degree, slope] = expected_of(own.log_fugacity, other);
        const double move = (own.degree - degree) / slope;
        own.log_fugacity += std::clamp(move, -kLongestStep, kLongestStep);
        if (std::abs(move) < 1e-12) break;
      }
    }
  });
}

double worst_error(const Side& side, const Side& other) {
  double worst = 0.0;
  for (const auto& own : side.classes) {
    const double degree = expected_of(own.log_fugacity, other).degree;
    worst = std::max(worst, std::abs(degree - own.degree) / own.degree);
  }
  return worst;
}

struct Solved {
  Side accounts;
  Side objects;
  double error = 0.0;
};

Solved solve(const Incidence& incidence, int max_rounds) {
  check_max_rounds(max_rounds);
  std::vector<std::uint32_t> accounts(incidence.account_count());
  std::vector<std::uint32_t> objects(incidence.object_count());
  for (AccountId i = 0; i < accounts.size(); ++i) accounts[i] = incidence.account_degree(i);
  for (std::uint32_t i = 0; i < objects.size(); ++i) objects[i] = incidence.object_degree(i);
  Solved model{Side(accounts), Side(objects)};
  for (const auto& [side, other] :
       {std::pair(&model.accounts, &model.objects), std::pair(&model.objects, &model.accounts)}) {
    if (side->classes.empty() || side->classes.back().degree < other->vertices()) continue;
    throw InvalidArgument(
        "an account acted on every object, or an object has every account: the model has no "
        "solution; leave it out");
  }
  const double half = std::log(static_cast<double>(incidence.entries())) / 2.0;
  for (auto* side : {&model.accounts, &model.objects}) {
    for (auto& own : side->classes) own.log_fugacity = std::log(own.degree) - half;
  }
  for (int round = 0; round < max_rounds; ++round) {
    settle(model.accounts, model.objects);
    settle(model.objects, model.accounts);
    // The objects have just met their degrees, so only accounts can be off.
    model.error = worst_error(model.accounts, model.objects);
    if (model.error <= kTolerance) break;
  }
  return model;
}

/// log10 of the upper tail of the objects shared by two accounts of given classes.
class SharedTail {
 public:
  explicit SharedTail(const Solved& model)
      : model_(model), exact_(model.objects.vertices() <= static_cast<double>(kMostExact)) {
    const std::size_t n = model.accounts.classes.size();
    if (exact_) return;
    mean_.resize(n * n);
    parallel_for(n, 1, [&](std::size_t begin, std::size_t end) {
      for (auto a = begin; a < end; ++a) {
        for (std::size_t b = 0; b < n; ++b) {
          for (const auto& object : model_.objects.classes) {
            mean_[a * n + b] += object.many * both(a, b, object);
          }
        }
      }
    });
  }

  [[nodiscard]] double log10_p(std::size_t a, std::size_t b, std::uint32_t shared) const {
    if (a == Side::kNone || b == Side::kNone) return 0.0;
    if (!exact_) {
      return log10_poisson_upper_tail(shared, mean_[a * model_.accounts.classes.size() + b]);
    }
    std::vector<double> chances;
    for (const auto& object : model_.objects.classes) {
      chances.insert(chances.end(), static_cast<std::size_t>(object.many), both(a, b, object));
    }
    return log10_poisson_binomial_upper_tail(chances, shared);
  }

 private:
  [[nodiscard]] double both(std::size_t a, std::size_t b, const Class& object) const {
    return chance(model_.accounts.classes[a].log_fugacity, object.log_fugacity) *
           chance(model_.accounts.classes[b].log_fugacity, object.log_fugacity);
  }

  const Solved& model_;
  bool exact_;
  std::vector<double> mean_;  ///< of objects shared, by the classes of both; where not exact
};

}  // namespace

Bicm bicm(const Incidence& incidence, int max_rounds) {
  const auto model = solve(incidence, max_rounds);
  return {model.accounts.fugacities(), model.objects.fugacities(), model.error};
}

BackboneResult bicm_backbone(const BackboneEdges& edges, const Incidence& incidence, double fdr) {
  constexpr int kMostRounds = 20'000;
  const auto shared = shared_objects(edges, incidence);
  const auto model = solve(incidence, kMostRounds);
  const SharedTail tail(model);
  BackboneResult result{{shared.begin(), shared.end()}, std::vector<double>(shared.size()), {}, {}};
  parallel_for(shared.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i) {
      result.log10_p[i] = tail.log10_p(model.accounts.class_of[edges.source[i]],
                                       model.accounts.class_of[edges.target[i]], shared[i]);
    }
  });
  keep_discoveries(result, incidence, fdr);
  return result;
}

}  // namespace lockstep
