#include "lockstep/algorithms/near_duplicates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <random>
#include <vector>

#include "lockstep/error.h"

namespace lockstep {
namespace {

using Signatures = std::vector<std::uint64_t>;

// Every signature beside every leader, in the order that is promised.
std::vector<std::uint32_t> by_comparing_all(const Signatures& signature, const Signatures& count,
                                            std::uint32_t max_bits) {
  std::vector<std::uint32_t> order(signature.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
    return std::pair(count[b], signature[a]) < std::pair(count[a], signature[b]);
  });
  std::vector<std::uint32_t> leaders, result(signature.size());
  for (const auto place : order) {
    const auto bits = [&](auto leader) {
      return static_cast<std::uint32_t>(std::popcount(signature[place] ^ signature[leader]));
    };
    const auto best = std::min_element(leaders.begin(), leaders.end(),
                                       [&](auto a, auto b) { return bits(a) < bits(b); });
    if (best != leaders.end() && bits(*best) <= max_bits) {
      result[place] = *best;
    } else {
      leaders.push_back(result[place] = place);
    }
  }
  return result;
}

// A few families: copies of a root with some bits turned.
Signatures families(std::size_t n, std::size_t roots, std::uint32_t turned, unsigned seed) {
  std::mt19937_64 random(seed);
  Signatures root(roots), all(n);
  for (auto& r : root) r = random();
  for (auto& s : all) {
    s = root[random() % roots];
    for (auto k = random() % (turned + 1); k > 0; --k) s ^= std::uint64_t{1} << random() % 64;
  }
  return all;
}

TEST(NearDuplicates, IsComparingAll) {
  std::mt19937 random(5);
  for (unsigned seed = 0; seed < 30; ++seed) {
    for (std::uint32_t max_bits = 0; max_bits <= kMostNearBits; ++max_bits) {
      const auto signature = families(200, 12, 9, seed);
      Signatures count(signature.size());
      for (auto& c : count) c = random() % 4;
      EXPECT_EQ(near_duplicates(signature, count, max_bits),
                by_comparing_all(signature, count, max_bits));
    }
  }
}

TEST(NearDuplicates, AChainOfSmallStepsJoinsNothing) {
  const Signatures signature{0b0, 0b111, 0b111'111, 0b111'111'111};
  const Signatures count{9, 8, 7, 6};
  EXPECT_EQ(near_duplicates(signature, count), (std::vector<std::uint32_t>{0, 0, 2, 2}));
}

TEST(NearDuplicates, TheMostFrequentLeads) {
  const Signatures signature{0b1, 0b0, 0b1};
  EXPECT_EQ(near_duplicates(signature, Signatures{1, 5, 1}), (std::vector<std::uint32_t>{1, 1, 1}));
  EXPECT_EQ(near_duplicates(signature, Signatures{1, 5, 1}, 0),
            (std::vector<std::uint32_t>{0, 1, 0}));
  EXPECT_TRUE(near_duplicates({}, {}).empty());
}

TEST(NearDuplicates, BadInputIsRefused) {
  const Signatures two{1, 2}, one{1};
  EXPECT_THROW(static_cast<void>(near_duplicates(two, one)), InvalidArgument);
  EXPECT_THROW(static_cast<void>(near_duplicates(two, two, 8)), InvalidArgument);
}

}  // namespace
}  // namespace lockstep
