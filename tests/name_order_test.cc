#include "../engine/store/name_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "lockstep/parallel.h"

namespace lockstep {
namespace {

std::vector<std::string> in_order(const std::vector<std::string>& names) {
  std::vector<std::string> ordered;
  for (const auto place : name_order(names)) ordered.push_back(names[place]);
  return ordered;
}

void expect_ordered(const std::vector<std::string>& names) {
  auto want = names;
  std::sort(want.begin(), want.end());
  EXPECT_TRUE(in_order(names) == want) << names.size() << " names like " << names[0];
}

/// Names of up to `longest` letters between `first` and `last`, after the same beginning.
std::vector<std::string> random_names(std::size_t n, const std::string& beginning, int first,
                                      int last, std::size_t longest, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::string> names(n, beginning);
  for (auto& name : names) {
    for (auto left = random() % (longest + 1); left > 0; --left) {
      name.push_back(static_cast<char>(first + static_cast<int>(random() % (last - first + 1))));
    }
  }
  return names;
}

TEST(NameOrder, IsThatOfBytes) {
  EXPECT_TRUE(name_order({}).empty());
  expect_ordered({"only"});
  expect_ordered({"", "b", "a", "", "ab", "abc", "\xff", "\x01"});
  for (const std::size_t n : {2, 30, 1000, 70'000}) {
    expect_ordered(random_names(n, "", '0', '9', 8, 1));
    expect_ordered(random_names(n, "https://example.org/", 'a', 'z', 12, 2));
    expect_ordered(random_names(n, "", 1, 255, 40, 3));
    expect_ordered(random_names(n, "x", 'a', 'b', 60, 4));
  }
}

// Two beginnings, so that no common one is skipped, and more alike than one thread sorts.
TEST(NameOrder, ComparesNamesThatBeginAlike) {
  auto names = random_names(40'000, "https://example.org/one/", 'a', 'z', 9, 5);
  const auto more = random_names(300, "http://example.org/", 'a', 'z', 9, 6);
  names.insert(names.end(), more.begin(), more.end());
  std::shuffle(names.begin(), names.end(), std::mt19937(7));
  expect_ordered(names);
  const ThreadLimit one(1);
  expect_ordered(names);
}

TEST(NameOrder, HasEachPlaceOnce) {
  const auto names = random_names(50'000, "", 'a', 'f', 5, 8);  // some names twice
  auto order = name_order(names);
  std::sort(order.begin(), order.end());
  std::vector<std::uint32_t> all(names.size());
  std::iota(all.begin(), all.end(), 0U);
  EXPECT_EQ(order, all);
}

}  // namespace
}  // namespace lockstep
