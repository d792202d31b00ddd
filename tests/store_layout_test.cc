
#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "../engine/store/block.h"
#include "../engine/store/layout.h"

namespace lockstep {
namespace {

std::vector<StoredNeighbour> random_neighbours(unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<StoredNeighbour> neighbours;
  std::uint64_t account = random() % 3;
  for (auto left = random() % 50; left > 0 && account <= 0xffffffffULL; --left) {
    const auto actions = 1 + random() % (seed % 2 == 0 ? 2 : 1000);
    const auto first = static_cast<TimeS>(random() % 1'000'000) - 500'000;
    const auto last = actions == 1 ? first : first + static_cast<TimeS>(random() % 100'000);
    neighbours.push_back({static_cast<AccountId>(account), actions, first, last});
    account += 1 + random() % (seed % 3 == 0 ? 4 : 1U << 29);
  }
  return neighbours;
}

void expect_same(const std::vector<StoredNeighbour>& got,
                 const std::vector<StoredNeighbour>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(got[i].account, want[i].account);
    EXPECT_EQ(got[i].actions, want[i].actions);
    EXPECT_EQ(got[i].first_s, want[i].first_s);
    EXPECT_EQ(got[i].last_s, want[i].last_s);
  }
}

TEST(Neighbours, GiveBackWhatWentIn) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const auto neighbours = random_neighbours(seed);
    std::vector<StoredNeighbour> decoded;
    ASSERT_TRUE(decode_neighbours(encode_neighbours(neighbours), decoded));
    expect_same(decoded, neighbours);
  }
}

TEST(Neighbours, TakeTheEndsOfAllRanges) {
  const std::vector<StoredNeighbour> neighbours{
      {0, 1, -kLatestTime, -kLatestTime},
      {0xffffffffU, std::numeric_limits<std::uint64_t>::max(), -kLatestTime, kLatestTime - 1}};
  std::vector<StoredNeighbour> decoded;
  ASSERT_TRUE(decode_neighbours(encode_neighbours(neighbours), decoded));
  expect_same(decoded, neighbours);
}

TEST(Neighbours, NoBytesMakeItReadOutOfBounds) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 20'000; ++trial) {
    auto value = encode_neighbours(random_neighbours(static_cast<unsigned>(trial % 40)));
    for (auto change = 1 + random() % 3; change > 0; --change) {
      value[random() % value.size()] = static_cast<char>(random());
    }
    value.resize(random() % (value.size() + 1));
    std::vector<StoredNeighbour> decoded;
    if (!decode_neighbours(value, decoded)) continue;
    ASSERT_LE(decoded.size(), value.size());
  }
}

TEST(Neighbours, EveryCutIsRefused) {
  const auto value = encode_neighbours(random_neighbours(3));
  for (std::size_t length = 0; length < value.size(); ++length) {
    std::vector<StoredNeighbour> decoded;
    EXPECT_FALSE(decode_neighbours(value.substr(0, length), decoded)) << length;
  }
}

}  // namespace
}  // namespace lockstep
