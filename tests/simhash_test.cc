#include "lockstep/algorithms/simhash.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "lockstep/parallel.h"

namespace lockstep {
namespace {

std::uint64_t of(std::string_view text) { return simhash(std::vector{text})[0]; }

int bits_apart(std::string_view a, std::string_view b) { return std::popcount(of(a) ^ of(b)); }

std::string random_text(std::size_t tokens, std::mt19937& random) {
  std::string text;
  for (std::size_t i = 0; i < tokens; ++i) text += 'w' + std::to_string(random() % 5000) + ' ';
  return text;
}

TEST(Simhash, EqualTextsAreEqualAndSpacesDoNotMatter) {
  EXPECT_EQ(of("one two three four"), of(" one  two three four "));
  EXPECT_NE(of("one two three four"), of("four three two one"));
  EXPECT_EQ(of(""), 0U);
  EXPECT_EQ(of("   "), 0U);
}

TEST(Simhash, ASmallChangeOfALongTextMovesFewBits) {
  std::mt19937 random(2);
  int sum = 0;
  for (int round = 0; round < 100; ++round) {
    const std::string text = random_text(400, random);
    sum += bits_apart(text, text + "more");
  }
  EXPECT_LT(sum, 200);  // the angle is 0.05: a bit each
}

// What the bits are for: the share that differs is the angle over pi, here between texts without
// a token in common: a right angle.
TEST(Simhash, UnrelatedTextsDifferInHalfOfTheBits) {
  std::mt19937 random(4);
  double sum = 0.0;
  constexpr int kRounds = 400;
  for (int round = 0; round < kRounds; ++round) {
    sum += bits_apart(random_text(40, random), random_text(40, random));
  }
  EXPECT_NEAR(sum / kRounds, 32.0, 1.0);
}

// Half of the tokens the same, far from each other: features are single tokens and pairs, so the
// cosine is that of the shared ones.
TEST(Simhash, BitsFollowTheAngle) {
  std::mt19937 random(6);
  double sum = 0.0;
  constexpr int kRounds = 400;
  constexpr int kTokens = 60;
  for (int round = 0; round < kRounds; ++round) {
    std::string a, b;
    for (int i = 0; i < kTokens; ++i) {
      const std::string same = 's' + std::to_string(random());
      a += same + ' ';
      b += i < kTokens / 2 ? same + ' ' : 'd' + std::to_string(random()) + ' ';
    }
    sum += bits_apart(a, b);
  }
  // 30 tokens and 29 pairs of 60 and 59 are shared.
  const double angle = std::acos(59.0 / 119.0);
  EXPECT_NEAR(sum / kRounds, 64.0 * angle / std::numbers::pi, 0.7);
}

TEST(Simhash, SameForAnyNumberOfThreads) {
  std::mt19937 random(8);
  std::vector<std::string> texts(3000);
  for (auto& text : texts) text = random_text(random() % 30, random);
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const auto all = simhash(views);
  const ThreadLimit one(1);
  EXPECT_EQ(simhash(views), all);
}

}  // namespace
}  // namespace lockstep
