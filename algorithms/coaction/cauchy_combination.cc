#include "lockstep/algorithms/cauchy_combination.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "lockstep/error.h"

namespace lockstep {
namespace {

constexpr double kLargest = 0.99;
/// Below it tan((1/2 - p) pi) is 1 / (pi p) to the last bit, and may be past any double.
constexpr double kTiny = -9.0;

/// What a layer adds to the sum.
double contribution(double log10_p) {
  const double p = std::min(std::pow(10.0, log10_p), kLargest);
  return 1.0 / std::tan(p * std::numbers::pi);
}

/// The sum of 1 / p, as a multiple of the largest of them.
struct TinyTests {
  double smallest = 0.0;  ///< log10 p
  double sum = 0.0;

  void add(double log10_p) {
    if (log10_p == smallest) {
      sum += 1.0;  // -infinity as well, whose differences are no numbers
    } else if (log10_p < smallest) {
      sum = 1.0 + sum * std::pow(10.0, log10_p - smallest);
      smallest = log10_p;
    } else {
      sum += std::pow(10.0, smallest - log10_p);
    }
  }
};

struct Sum {
  TinyTests tiny;
  double others = 0.0;
  std::uint32_t tests = 0;
};

double combined(Sum sum, std::uint32_t layers) {
  if (layers == 0) return 0.0;
  sum.others += static_cast<double>(layers - sum.tests) * contribution(0.0);
  if (sum.tiny.sum > 0.0) {
    // T = (S / (pi p) + others) / layers, and the result is 1 / (pi T).
    const double weight =
        sum.tiny.sum + sum.others * std::numbers::pi * std::pow(10.0, sum.tiny.smallest);
    return sum.tiny.smallest + std::log10(static_cast<double>(layers) / weight);
  }
  // atan2 keeps what 1/2 - atan(T) / pi would cancel.
  const double mean = sum.others / static_cast<double>(layers);
  return std::log10(std::atan2(1.0, mean) / std::numbers::pi);
}

}  // namespace

std::vector<double> cauchy_combination(std::span<const std::uint64_t> pair,
                                       std::span<const double> log10_p,
                                       std::span<const std::uint32_t> layers) {
  if (pair.size() != log10_p.size()) {
    throw InvalidArgument("pair and log10_p have different lengths");
  }
  std::vector<Sum> sums(layers.size());
  for (std::size_t row = 0; row < pair.size(); ++row) {
    if (pair[row] >= layers.size()) {
      throw InvalidArgument("row " + std::to_string(row) + " names pair " +
                            std::to_string(pair[row]) + " of " + std::to_string(layers.size()));
    }
    if (!(log10_p[row] <= 0.0)) {
      throw InvalidArgument("log10_p is " + std::to_string(log10_p[row]) + "; give 0 or less");
    }
    Sum& sum = sums[pair[row]];
    if (++sum.tests > layers[pair[row]]) {
      throw InvalidArgument("pair " + std::to_string(pair[row]) + " has more tests than the " +
                            std::to_string(layers[pair[row]]) + " layers that tested it");
    }
    if (log10_p[row] < kTiny) {
      sum.tiny.add(log10_p[row]);
    } else {
      sum.others += contribution(log10_p[row]);
    }
  }
  std::vector<double> result(layers.size());
  for (std::size_t i = 0; i < sums.size(); ++i) result[i] = combined(sums[i], layers[i]);
  return result;
}

}  // namespace lockstep
