#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "lockstep/parallel.h"
#include "lockstep/random.h"
#include "lockstep/types.h"

namespace lockstep {

/// Draws ranks 0 .. n - 1 with weight (rank + 1)^-exponent, in O(1), by rejection-inversion
/// (Hoermann and Derflinger 1996).
class Zipf {
 public:
  Zipf(double exponent, std::uint64_t n) : exponent_(exponent), n_(static_cast<double>(n)) {
    low_ = integral(1.5) - 1.0;
    high_ = integral(n_ + 0.5);
    squeeze_ = 2.0 - inverse(integral(2.5) - std::pow(2.0, -exponent_));
  }
  std::uint32_t operator()(SplitMix& random) const {
    while (true) {
      const double u = high_ + random.uniform() * (low_ - high_);
      const double x = inverse(u);
      const double k = std::clamp(std::floor(x + 0.5), 1.0, n_);
      if (k - x <= squeeze_ || u >= integral(k + 0.5) - std::pow(k, -exponent_)) {
        return static_cast<std::uint32_t>(k - 1.0);
      }
    }
  }

 private:
  [[nodiscard]] double integral(double x) const {
    return (std::pow(x, 1.0 - exponent_) - 1.0) / (1.0 - exponent_);
  }
  [[nodiscard]] double inverse(double y) const {
    return std::pow(1.0 + y * (1.0 - exponent_), 1.0 / (1.0 - exponent_));
  }
  double exponent_, n_, low_ = 0, high_ = 0, squeeze_ = 0;
};

/// A made-up log: organic actions, and planted groups whose accounts have the highest ids.
struct GeneratedLog {
  std::vector<AccountId> accounts;
  std::vector<ObjectId> objects;
  std::vector<TimeS> times;
  std::uint32_t account_count = 0;
  std::uint32_t organic_accounts = 0;  ///< account a >= this is planted, in group (a - this) / 10
};

/// `actions` organic actions over some days (Zipf 1.1 over actions / 5 objects, Zipf 0.8 over
/// actions / 40 accounts), plus one planted group of 10 for every 25,000: each group has 20
/// objects of its own, and each member acts on 15 of them within 30 s of the group's moment.
/// Same bytes for a seed, whatever the thread count.
inline GeneratedLog generate_log(std::uint64_t actions, std::uint64_t seed,
                                 std::uint64_t days = 7) {
  constexpr TimeS kStart = 1'600'000'000;
  const std::uint64_t span = days * 86'400;
  constexpr std::size_t kGrain = 1 << 16;
  constexpr std::uint32_t kMembers = 10, kGroupObjects = 20, kTaken = 15;
  const auto object_count = static_cast<std::uint32_t>(std::max<std::uint64_t>(actions / 5, 10));
  GeneratedLog log;
  log.organic_accounts = static_cast<std::uint32_t>(std::max<std::uint64_t>(actions / 40, 10));
  const auto groups = static_cast<std::uint32_t>(actions / 25'000);
  log.account_count = log.organic_accounts + groups * kMembers;
  const std::size_t rows = actions + groups * kMembers * kTaken;
  log.accounts.resize(rows);
  log.objects.resize(rows);
  log.times.resize(rows);
  const Zipf object_rank(1.1, object_count);
  const Zipf account_rank(0.8, log.organic_accounts);
  parallel_for(actions, kGrain, [&](std::size_t begin, std::size_t end) {
    SplitMix random(seed * 0x10001 + begin);
    for (std::size_t i = begin; i < end; ++i) {
      log.accounts[i] = account_rank(random);
      log.objects[i] = object_rank(random);
      log.times[i] = kStart + static_cast<TimeS>(random.below(span));
    }
  });
  SplitMix random(seed ^ 0x5eed);
  std::size_t row = actions;
  for (std::uint32_t group = 0; group < groups; ++group) {
    TimeS moment[kGroupObjects];
    for (auto& time : moment) time = kStart + static_cast<TimeS>(random.below(span));
    for (std::uint32_t member = 0; member < kMembers; ++member) {
      const auto skipped = random.below(kGroupObjects);
      for (std::uint32_t k = 0; k < kTaken; ++k, ++row) {
        const auto object = static_cast<std::uint32_t>((skipped + k) % kGroupObjects);
        log.accounts[row] = log.organic_accounts + group * kMembers + member;
        log.objects[row] = object_count + group * kGroupObjects + object;
        log.times[row] = moment[object] + static_cast<TimeS>(random.below(30));
      }
    }
  }
  return log;
}

}  // namespace lockstep
