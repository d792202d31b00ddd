#include "critical_products.h"

#include <algorithm>
#include <cmath>

namespace lockstep {
namespace {

constexpr std::size_t kMostCounts = 256;  // past them, pairs are tested one by one
constexpr double kDoubt = 1e-9;           // relative; rounding moves a product by 1e-13 or so

}  // namespace

CriticalProducts::CriticalProducts(const LayerProfile& profile, double level,
                                   std::uint32_t min_objects)
    : expected_(profile), log10_level_(std::log10(level)), min_objects_(min_objects) {
  for (const double activity : profile.activity) largest_ = std::max(largest_, activity);
  largest_ *= largest_;
  double low = 1.0;
  for (std::uint32_t objects = min_objects; critical_.size() < kMostCounts; ++objects) {
    const auto passes = [&](double product) {
      return log10_poisson_upper_tail(objects, expected_.of_product(product)) <= log10_level_;
    };
    if (passes(largest_)) {
      complete_ = true;
      return;
    }
    if (!passes(low)) {
      critical_.push_back(0.0);
      continue;
    }
    double high = largest_;
    while (high > low * (1.0 + 1e-12)) {
      const double middle = std::sqrt(low * high);
      if (middle <= low || middle >= high) break;
      (passes(middle) ? low : high) = middle;
    }
    critical_.push_back(low);
  }
}

std::uint32_t CriticalProducts::least(std::uint32_t activity) const {
  const double product = static_cast<double>(activity) * static_cast<double>(activity);
  const auto first = std::lower_bound(critical_.begin(), critical_.end(), product * (1.0 - kDoubt));
  return min_objects_ + static_cast<std::uint32_t>(first - critical_.begin());
}

bool CriticalProducts::passes(std::uint32_t activity_a, std::uint32_t activity_b,
                              std::uint32_t objects) const {
  const std::size_t at = objects - min_objects_;
  if (at >= critical_.size() && complete_) return true;
  if (at < critical_.size()) {
    const double product = static_cast<double>(activity_a) * static_cast<double>(activity_b);
    if (product < critical_[at] * (1.0 - kDoubt)) return true;
    if (product > critical_[at] * (1.0 + kDoubt)) return false;
  }
  return log10_poisson_upper_tail(objects, expected_(activity_a, activity_b)) <= log10_level_;
}

}  // namespace lockstep
