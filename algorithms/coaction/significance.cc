#include "lockstep/algorithms/significance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <string>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "rank_rows.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 14;

/// Pairs of rows of one object, given as its ascending times, at most `window_s` apart.
std::uint64_t close_pairs(std::span<const TimeS> times, std::int64_t window_s) {
  std::uint64_t pairs = 0;
  std::size_t begin = 0;
  for (std::size_t row = 0; row < times.size(); ++row) {
    const auto time = static_cast<std::uint64_t>(times[row]);
    while (time - static_cast<std::uint64_t>(times[begin]) > static_cast<std::uint64_t>(window_s)) {
      ++begin;
    }
    pairs += row - begin;
  }
  return pairs;
}

}  // namespace

LayerProfile layer_profile(const ActionLog& log, std::int64_t window_s,
                           std::uint64_t max_object_actions) {
  if (window_s < 0) {
    throw InvalidArgument("window_s is " + std::to_string(window_s) + "; give 0 or more seconds");
  }
  LayerProfile profile;
  profile.activity = count_activity(log, max_object_actions);
  profile.actions =
      std::accumulate(profile.activity.begin(), profile.activity.end(), std::uint64_t{0});

  std::vector<std::uint64_t> pairs(log.object_count());
  const auto offsets = log.offsets();
  parallel_for(pairs.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t run = begin; run < end; ++run) {
      const auto actions = offsets[run + 1] - offsets[run];
      if (max_object_actions != 0 && actions > max_object_actions) continue;
      pairs[run] = close_pairs(log.times().subspan(offsets[run], actions), window_s);
    }
  });
  std::erase(pairs, 0U);
  parallel_sort(pairs.begin(), pairs.end(), std::less<>());
  for (const auto w : pairs) {
    if (profile.window_pairs.empty() || profile.window_pairs.back().first != w) {
      profile.window_pairs.emplace_back(w, 0);
    }
    ++profile.window_pairs.back().second;
  }
  return profile;
}

std::uint64_t close_pairs(const LayerProfile& profile) {
  std::uint64_t sum = 0;
  for (const auto& [w, objects] : profile.window_pairs) sum += w * objects;
  return sum;
}

std::uint64_t testable_pairs(const LayerProfile& profile, std::uint32_t min_objects) {
  const auto active =
      static_cast<std::uint64_t>(std::count_if(profile.activity.begin(), profile.activity.end(),
                                               [&](std::uint32_t d) { return d >= min_objects; }));
  return active < 2 ? 0 : active * (active - 1) / 2;
}

double ExpectedObjects::exact(const LayerProfile& profile, double x) {
  double sum = 0.0;
  for (const auto& [w, objects] : profile.window_pairs) {
    sum -= static_cast<double>(objects) * std::expm1(-2.0 * static_cast<double>(w) * x);
  }
  return sum;
}

ExpectedObjects::ExpectedObjects(const LayerProfile& profile, std::size_t points) {
  if (profile.window_pairs.empty()) return;
  const double n = static_cast<double>(profile.actions);
  inverse_n_squared_ = 1.0 / (n * n);
  const double most = *std::max_element(profile.activity.begin(), profile.activity.end());
  log_x_min_ = std::log(inverse_n_squared_);
  const double span = std::max(2.0 * std::log(most), 1e-6);
  const double step = span / static_cast<double>(points - 1);
  inverse_step_ = 1.0 / step;
  log_lambda_.resize(points);
  parallel_for(points, 64, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      const double x = std::exp(log_x_min_ + step * static_cast<double>(i));
      log_lambda_[i] = std::log(exact(profile, x));
    }
  });
}

double ExpectedObjects::operator()(std::uint32_t activity_a, std::uint32_t activity_b) const {
  return of_product(static_cast<double>(activity_a) * static_cast<double>(activity_b));
}

double ExpectedObjects::of_product(double activities) const {
  if (log_lambda_.empty() || activities == 0.0) return 0.0;
  const double x = activities * inverse_n_squared_;
  const double place = std::clamp((std::log(x) - log_x_min_) * inverse_step_, 0.0,
                                  static_cast<double>(log_lambda_.size() - 1));
  const auto below = std::min(static_cast<std::size_t>(place), log_lambda_.size() - 2);
  const double share = place - static_cast<double>(below);
  return std::exp(log_lambda_[below] * (1.0 - share) + log_lambda_[below + 1] * share);
}

double log10_poisson_upper_tail(std::uint32_t count, double lambda) {
  if (count == 0) return 0.0;
  if (!(lambda > 0.0)) return -std::numeric_limits<double>::infinity();
  const double c = count;
  if (lambda < c) {
    // P = e^-l l^c / c! (1 + l/(c+1) + l^2/((c+1)(c+2)) + ...): falling terms, no cancellation.
    double term = 1.0;
    double sum = 1.0;
    for (double k = c + 1.0; term > sum * 1e-17; k += 1.0) sum += term *= lambda / k;
    const double log_p = -lambda + c * std::log(lambda) - std::lgamma(c + 1.0) + std::log(sum);
    return std::min(log_p / std::numbers::ln10, 0.0);
  }
  // Below the mean the lower tail is the smaller one: sum it downwards from its largest term.
  double term = 1.0;
  double sum = 1.0;
  for (double k = c - 1.0; k > 0.0 && term > sum * 1e-17; k -= 1.0) sum += term *= k / lambda;
  const double log_lower = -lambda + (c - 1.0) * std::log(lambda) - std::lgamma(c) + std::log(sum);
  return std::log1p(-std::min(std::exp(log_lower), 1.0 - 1e-16)) / std::numbers::ln10;
}

SignificanceResult significance(std::span<const AccountId> source,
                                std::span<const AccountId> target,
                                std::span<const std::uint32_t> objects, const LayerProfile& profile,
                                std::uint32_t min_objects, RunControl* control) {
  if (source.size() != target.size() || source.size() != objects.size()) {
    throw InvalidArgument("source, target and objects have different lengths");
  }
  const auto& activity = profile.activity;
  const ExpectedObjects expected(profile);
  SignificanceResult result;
  result.expected.resize(source.size());
  result.p_value.resize(source.size());
  result.log10_p.resize(source.size());
  parallel_for(source.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    if (control != nullptr) control->check();
    for (std::size_t i = begin; i < end; ++i) {
      if (source[i] >= activity.size() || target[i] >= activity.size()) {
        throw InvalidArgument("pair " + std::to_string(i) + " names an account past the " +
                              std::to_string(activity.size()) + " of the layer");
      }
      const double lambda = expected(activity[source[i]], activity[target[i]]);
      result.expected[i] = lambda;
      result.log10_p[i] = log10_poisson_upper_tail(objects[i], lambda);
      result.p_value[i] = std::pow(10.0, result.log10_p[i]);
    }
  });
  result.testable = testable_pairs(profile, min_objects);
  return result;
}

std::vector<double> benjamini_hochberg(std::span<const double> log10_p, std::uint64_t tests) {
  if (tests < log10_p.size()) {
    throw InvalidArgument("tests is " + std::to_string(tests) + ", below the " +
                          std::to_string(log10_p.size()) + " p-values given");
  }
  struct Ranked {
    double log10_p;
    std::uint64_t entry;
  };
  std::vector<Ranked> order(log10_p.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = {log10_p[i], i};
  parallel_sort(order.begin(), order.end(), [](const Ranked& a, const Ranked& b) {
    return a.log10_p != b.log10_p ? a.log10_p < b.log10_p : a.entry < b.entry;
  });
  const double log_tests = std::log10(static_cast<double>(tests));
  std::vector<double> q(log10_p.size());
  double smallest = 0.0;
  for (std::size_t i = order.size(); i-- > 0;) {
    smallest =
        std::min(smallest, order[i].log10_p + log_tests - std::log10(static_cast<double>(i + 1)));
    q[order[i].entry] = std::pow(10.0, smallest);
  }
  return q;
}

}  // namespace lockstep
