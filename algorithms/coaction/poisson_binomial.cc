#include "lockstep/algorithms/poisson_binomial.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "lockstep/error.h"

namespace lockstep {
namespace {

constexpr std::size_t kMostExact = 512;
constexpr double kImpossible = -std::numeric_limits<double>::infinity();

/// Of trials that may go either way.
double log10_exact(std::span<const double> chances, std::uint32_t count) {
  // at[k]: chance of k successes so far; the last stands for all further ones as well.
  std::vector<long double> at(count + 1ULL, 0.0L);
  at[0] = 1.0L;
  for (const double chance : chances) {
    const long double q = chance;
    at[count] += at[count - 1] * q;
    for (std::uint32_t k = count - 1; k > 0; --k) at[k] = at[k] * (1.0L - q) + at[k - 1] * q;
    at[0] *= 1.0L - q;
  }
  return static_cast<double>(std::log10(at[count]));
}

double log_sum(double a, double b) {
  const double most = std::max(a, b);
  return most == kImpossible ? most : most + std::log1p(std::exp(std::min(a, b) - most));
}

/// The same in logarithms, for chances so small that their products have no number.
double log10_exact_in_logs(std::span<const double> chances, std::uint32_t count) {
  std::vector<double> at(count + 1ULL, kImpossible);
  at[0] = 0.0;
  for (const double q : chances) {
    at[count] = log_sum(at[count], at[count - 1] + std::log(q));
    for (std::uint32_t k = count - 1; k > 0; --k) {
      at[k] = log_sum(at[k] + std::log1p(-q), at[k - 1] + std::log(q));
    }
    at[0] += std::log1p(-q);
  }
  return at[count] / std::numbers::ln10;
}

/// The cumulant generating function of the number of successes, and its derivatives, at t.
struct Cumulants {
  double value = 0.0;
  double mean = 0.0;
  double variance = 0.0;
  double skewness = 0.0;  ///< the third cumulant

  Cumulants(std::span<const double> chances, double t) {
    for (const double q : chances) {
      const double odds = q / (1.0 - q) * std::exp(t);
      const double tilted = odds / (1.0 + odds);
      value += std::log1p(q * std::expm1(t));
      mean += tilted;
      variance += tilted * (1.0 - tilted);
      skewness += tilted * (1.0 - tilted) * (1.0 - 2.0 * tilted);
    }
  }
};

/// Where the tilted mean is `count`, by bisection: the mean grows with t.
double saddle_point(std::span<const double> chances, double count) {
  double low = -1.0;
  double high = 1.0;
  while (Cumulants(chances, low).mean > count) low *= 2.0;
  while (Cumulants(chances, high).mean < count) high *= 2.0;
  while (high - low > 1e-13 * std::max(1.0, std::abs(low))) {
    const double middle = low + (high - low) / 2.0;
    if (middle == low || middle == high) break;
    (Cumulants(chances, middle).mean < count ? low : high) = middle;
  }
  return low;
}

/// (1 - Phi(w)) / phi(w) - 1 / w, without the difference of what is nearly equal.
double mills_less_inverse(double w) {
  if (w > 10.0) {
    const double v = 1.0 / (w * w);
    return -v / w * (1.0 - v * (3.0 - v * (15.0 - v * (105.0 - v * 945.0))));
  }
  const double upper = std::erfc(w / std::numbers::sqrt2) / 2.0;
  const double density = std::exp(-w * w / 2.0) / std::sqrt(2.0 * std::numbers::pi);
  return upper / density - 1.0 / w;
}

double log10_approximate(std::span<const double> chances, std::uint32_t count) {
  const double k = count;
  const double t = saddle_point(chances, k);
  const Cumulants at(chances, t);
  const double w = std::copysign(std::sqrt(std::max(2.0 * (t * k - at.value), 0.0)), t);
  if (std::abs(w) < 0.1) {
    // Around the mean the formula divides by nothing; the normal with its skewness is close there.
    const Cumulants plain(chances, 0.0);
    const double deviation = std::sqrt(plain.variance);
    const double x = (k - 0.5 - plain.mean) / deviation;
    const double density = std::exp(-x * x / 2.0) / std::sqrt(2.0 * std::numbers::pi);
    const double skewness = plain.skewness / (deviation * plain.variance);
    return std::log10(std::erfc(x / std::numbers::sqrt2) / 2.0 -
                      skewness / 6.0 * (1.0 - x * x) * density);
  }
  const double u = -std::expm1(-t) * std::sqrt(at.variance);
  const double log_density = -w * w / 2.0 - std::log(2.0 * std::numbers::pi) / 2.0;
  return std::min((log_density + std::log(mills_less_inverse(w) + 1.0 / u)) / std::numbers::ln10,
                  0.0);
}

}  // namespace

double log10_poisson_binomial_upper_tail(std::span<const double> chances, std::uint32_t count) {
  std::vector<double> open;
  std::uint32_t sure = 0;
  for (const double q : chances) {
    if (!(q >= 0.0 && q <= 1.0)) {
      throw InvalidArgument("chance is " + std::to_string(q) + "; give 0 to 1");
    }
    sure += q == 1.0 ? 1 : 0;
    if (q > 0.0 && q < 1.0) open.push_back(q);
  }
  if (count <= sure) return 0.0;
  count -= sure;
  if (count > open.size()) return kImpossible;
  // All must succeed: one product, which no approximation has to reach for.
  if (open.size() > kMostExact && count < open.size()) return log10_approximate(open, count);
  const double log10_p = log10_exact(open, count);
  return std::min(log10_p == kImpossible ? log10_exact_in_logs(open, count) : log10_p, 0.0);
}

}  // namespace lockstep
