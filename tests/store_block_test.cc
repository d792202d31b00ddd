#include "../engine/store/block.h"
#include "../engine/store/bytes.h"
#include "lockstep/hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <tuple>

namespace lockstep {
namespace {

constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();

std::vector<ActionRow> sorted(std::vector<ActionRow> rows, BlockOrder order) {
  std::sort(rows.begin(), rows.end(), [&](const ActionRow& a, const ActionRow& b) {
    const auto key = [&](const ActionRow& r) {
      return order == BlockOrder::kByObject ? std::tuple(r.object, r.time, r.account)
                                            : std::tuple(r.account, r.time, r.object);
    };
    return key(a) < key(b);
  });
  return rows;
}

std::vector<ActionRow> random_rows(unsigned seed, std::size_t count, TimeS day) {
  std::mt19937 random(seed);
  const std::uint32_t range = seed % 3 == 0 ? 5 : seed % 3 == 1 ? 3000 : kMost;
  std::vector<ActionRow> rows;
  for (std::size_t i = 0; i < count; ++i) {
    const auto draw = [&] { return static_cast<std::uint32_t>(random() % range); };
    rows.push_back({day * kDaySeconds + static_cast<TimeS>(random() % kDaySeconds), draw(), draw(),
                    seed % 2 == 0 ? 0 : draw(), 3});
  }
  return rows;
}

void expect_round_trip(const std::vector<ActionRow>& rows, BlockOrder order) {
  std::vector<ActionRow> decoded{{1, 2, 3, 4, 5}};
  ASSERT_TRUE(decode_block(encode_block(rows, order), order, 3, decoded));
  ASSERT_EQ(decoded.size(), rows.size() + 1);
  EXPECT_TRUE(std::equal(rows.begin(), rows.end(), decoded.begin() + 1));
}

TEST(Block, GivesBackWhatWentIn) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const std::size_t count = seed == 0 ? 1 : seed == 1 ? kBlockRows : 1 + seed * 37;
    for (const TimeS day : {TimeS{18'500}, TimeS{0}, TimeS{-1}, TimeS{-700'000}}) {
      for (const auto order : {BlockOrder::kByObject, BlockOrder::kByAccount}) {
        expect_round_trip(sorted(random_rows(seed, count, day), order), order);
      }
    }
  }
}

TEST(Block, TakesTheEndsOfAllRanges) {
  const std::vector<ActionRow> rows{{kLatestTime - kDaySeconds, 0, 0, 0, 3},
                                    {kLatestTime - 1, kMost, kMost, kMost, 3}};
  expect_round_trip(rows, BlockOrder::kByObject);
  expect_round_trip(rows, BlockOrder::kByAccount);
}

TEST(Block, DaysBeginAtMidnightAlsoBefore1970) {
  EXPECT_EQ(day_of(0), 0);
  EXPECT_EQ(day_of(86'399), 0);
  EXPECT_EQ(day_of(86'400), 1);
  EXPECT_EQ(day_of(-1), -1);
  EXPECT_EQ(day_of(-86'400), -1);
  EXPECT_EQ(day_of(-86'401), -2);
}

TEST(Block, RefusesEveryCutAndEveryFlippedBit) {
  const auto rows = sorted(random_rows(7, 300, 18'000), BlockOrder::kByObject);
  const auto block = encode_block(rows, BlockOrder::kByObject);
  std::vector<ActionRow> decoded;
  for (std::size_t length = 0; length < block.size(); ++length) {
    ASSERT_FALSE(decode_block(block.substr(0, length), BlockOrder::kByObject, 3, decoded));
  }
  for (std::size_t bit = 0; bit < block.size() * 8; ++bit) {
    auto flipped = block;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(decode_block(flipped, BlockOrder::kByObject, 3, decoded)) << bit;
  }
  EXPECT_TRUE(decoded.empty());
}

/// Damage that the hash does not show, as only a wrong program could write it.
TEST(Block, NoBytesMakeItReadOrWriteOutOfBounds) {
  std::mt19937 random(11);
  std::size_t taken = 0;
  for (int trial = 0; trial < 20'000; ++trial) {
    const auto seed = static_cast<unsigned>(trial % 12);
    const auto rows = sorted(random_rows(seed, 1 + random() % 40, 100), BlockOrder::kByObject);
    auto body = encode_block(rows, BlockOrder::kByObject);
    body.resize(body.size() - 8);
    for (auto change = 1 + random() % 3; change > 0; --change) {
      body[1 + random() % (body.size() - 1)] = static_cast<char>(random());
    }
    if (random() % 4 == 0) body.resize(1 + random() % body.size());
    put_big_endian(body, hash_long(body), 8);
    std::vector<ActionRow> decoded;
    if (!decode_block(body, BlockOrder::kByObject, 3, decoded)) {
      ASSERT_TRUE(decoded.empty());
      continue;
    }
    ++taken;
    ASSERT_FALSE(decoded.empty());
    ASSERT_LE(decoded.size(), kBlockRows);
    for (const auto& row : decoded) ASSERT_EQ(day_of(row.time), day_of(decoded[0].time));
  }
  EXPECT_GT(taken, 1000U);  // a changed id is as good as any: the test reached past the hash
}

TEST(Block, EveryFieldMovesTheRowHash) {
  const ActionRow row{100, 1, 2, 3, 4};
  for (const auto& other : {ActionRow{101, 1, 2, 3, 4}, ActionRow{100, 2, 1, 3, 4},
                            ActionRow{100, 1, 2, 4, 3}, ActionRow{100, 1, 2, 3, 5}}) {
    EXPECT_NE(row_hash(row), row_hash(other));
  }
}

}  // namespace
}  // namespace lockstep
