#include "lockstep/dictionary.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace lockstep {
namespace {

/// Numbers and texts one after the other, each call by one or by many, held against a map.
void expect_like_a_map(unsigned seed, std::uint64_t range, std::int64_t offset, bool texts) {
  std::mt19937_64 random(seed);
  Dictionary dictionary;
  std::map<std::string, std::uint32_t> known;
  std::vector<std::string> names;
  const auto expect = [&](const std::string& name, std::uint32_t code) {
    const auto [at, fresh] = known.emplace(name, names.size());
    if (fresh) names.push_back(name);
    ASSERT_EQ(code, at->second) << name;
  };
  for (int round = 0; round < 40; ++round) {
    std::vector<std::int64_t> numbers(random() % 600);
    // The range widens as rounds go by: numbers that were hashed come to lie in the table.
    for (auto& n : numbers)
      n = static_cast<std::int64_t>(random() % (range * (round + 1))) + offset;
    std::vector<std::uint32_t> codes(numbers.size());
    dictionary.add(numbers, codes);
    for (std::size_t i = 0; i < numbers.size(); ++i) expect(std::to_string(numbers[i]), codes[i]);
    const auto number = static_cast<std::int64_t>(random() % (range * 50)) + offset;
    expect(std::to_string(number), dictionary.add(number));
    if (!texts) continue;
    const auto text = std::to_string(random() % range);  // the same id as the number
    expect(text, dictionary.add(std::string_view(text)));
    expect("u" + text, dictionary.add("u" + text));
    expect("0" + text, dictionary.add("0" + text));
  }
  ASSERT_EQ(dictionary.size(), names.size());
  for (std::uint32_t code = 0; code < names.size(); ++code) {
    ASSERT_EQ(dictionary.name(code), names[code]);
  }
}

TEST(Dictionary, NumbersIdsInTheOrderFirstSeen) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const std::uint64_t range = seed % 4 == 0   ? 10
                                : seed % 4 == 1 ? 5000
                                                : 1ULL << (10 + seed % 40);
    const std::int64_t offset = seed % 5 == 0 ? -1000 : seed % 5 == 1 ? 1LL << 60 : 0;
    expect_like_a_map(seed, range, offset, seed % 2 == 0);
  }
}

TEST(Dictionary, TakesTheEndsOfTheRange) {
  Dictionary dictionary;
  const std::vector<std::int64_t> numbers{INT64_MIN, -1, 0, INT64_MAX, 65'535, 65'536, 0, -1};
  std::vector<std::uint32_t> codes(numbers.size());
  dictionary.add(numbers, codes);
  EXPECT_EQ(codes, (std::vector<std::uint32_t>{0, 1, 2, 3, 4, 5, 2, 1}));
  EXPECT_EQ(dictionary.name(0), "-9223372036854775808");
}

}  // namespace
}  // namespace lockstep
