#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "lockstep/action_log.h"
#include "lockstep/run_control.h"

namespace lockstep {

/// Level of the false discovery rate that is used where none is given.
constexpr double kDefaultFdr = 0.05;

/// What the first null test needs to know of a layer: activity and crowding, no pairs.
struct LayerProfile {
  std::uint64_t actions = 0;            ///< N, on the objects that are projected
  std::vector<std::uint32_t> activity;  ///< d_a, actions of each account
  /// (w, objects with w pairs of actions within the window), ascending in w, w > 0
  std::vector<std::pair<std::uint64_t, std::uint64_t>> window_pairs;
};

/// Pairs of actions within the window, those of one account with itself included.
[[nodiscard]] std::uint64_t close_pairs(const LayerProfile& profile);

/// Pairs of accounts that can be tested: both have at least `min_objects` actions.
[[nodiscard]] std::uint64_t testable_pairs(const LayerProfile& profile, std::uint32_t min_objects);

/// Measures a layer in one pass, without its objects of more than `max_object_actions` actions
/// (0: with all). Throws InvalidArgument on a negative window.
[[nodiscard]] LayerProfile layer_profile(const ActionLog& log, std::int64_t window_s,
                                         std::uint64_t max_object_actions = 0);

/// Expected number of shared objects of a pair, tabulated once over all possible activities.
///
/// Null model: account labels are exchangeable over the actions, times and objects stay. With
/// x = d_a d_b / N^2, lambda(x) = sum over objects of 1 - exp(-2 w_o x). The table is linear in
/// log-log between `points` points: relative error below 1e-5 with 4,096, 1e-3 with 256.
class ExpectedObjects {
 public:
  static constexpr std::size_t kPoints = 4096;
  /// `points` is at least 2.
  explicit ExpectedObjects(const LayerProfile& profile, std::size_t points = kPoints);
  [[nodiscard]] double operator()(std::uint32_t activity_a, std::uint32_t activity_b) const;
  /// The same for d_a d_b, which is all it depends on.
  [[nodiscard]] double of_product(double activities) const;
  /// The sum itself, term by term: O(distinct w).
  [[nodiscard]] static double exact(const LayerProfile& profile, double x);

 private:
  double log_x_min_ = 0.0;
  double inverse_step_ = 0.0;
  double inverse_n_squared_ = 0.0;
  std::vector<double> log_lambda_;
};

/// log10 P(Poisson(lambda) >= count), finite for any lambda > 0 and count >= 0.
[[nodiscard]] double log10_poisson_upper_tail(std::uint32_t count, double lambda);

struct SignificanceResult {
  std::vector<double> expected;  ///< lambda, shared objects to be expected by chance
  std::vector<double> p_value;   ///< P(Poisson(lambda) >= objects), 0 where below 1e-307
  std::vector<double> log10_p;   ///< its logarithm, exact where p_value has run out
  std::uint64_t testable = 0;    ///< pairs that could have been tested: both ends active enough
};

/// Tests each pair: do they share more objects at the same moments than chance would give
/// two accounts so active, on objects so popular?
///
/// Columns are of equal length and as `coaction` gives them; `min_objects` is what it was given.
/// A pair can be tested when both accounts have at least `min_objects` actions. O(1) a pair.
/// A small p says that two accounts act together more than activity explains, not why.
[[nodiscard]] SignificanceResult significance(std::span<const AccountId> source,
                                              std::span<const AccountId> target,
                                              std::span<const std::uint32_t> objects,
                                              const LayerProfile& profile,
                                              std::uint32_t min_objects,
                                              RunControl* control = nullptr);

/// Benjamini-Hochberg q-values of `log10_p`, for `tests` hypotheses of which those not listed
/// have p = 1. One value an entry, in its order, at most 1. O(n log n).
/// Throws InvalidArgument where `tests` is below the number of entries.
/// Source: Benjamini and Hochberg, "Controlling the False Discovery Rate", JRSS B 1995.
[[nodiscard]] std::vector<double> benjamini_hochberg(std::span<const double> log10_p,
                                                     std::uint64_t tests);

}  // namespace lockstep
