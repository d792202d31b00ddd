#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <tuple>

#include "../engine/store/radix_sort.h"
#include "../engine/store/sort_rows.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

void expect_sorted(std::size_t n, unsigned bits, bool hot, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> words(n);
  for (auto& word : words) word = bits == 0 ? 0 : random() >> (64 - bits);
  for (std::size_t i = 0; hot && i < n; i += 2) words[i] = words[0] ^ (random() % 4);
  auto want = words;
  std::sort(want.begin(), want.end());
  std::vector<std::uint64_t> scratch(n);
  radix_sort(words, scratch, bits);
  EXPECT_TRUE(words == want) << n << " words of " << bits << " bits";
}

TEST(RadixSort, SortsAsComparingDoes) {
  for (const std::size_t n : {0, 1, 2, 255, 257, 5000, 40'000, 200'000}) {
    for (const unsigned bits : {2U, 8U, 11U, 17U, 33U, 63U, 64U}) expect_sorted(n, bits, false, 1);
  }
  expect_sorted(100'000, 0, false, 2);
  expect_sorted(1'500'000, 40, true, 3);  // a bucket that is dealt once more
  expect_sorted(1'500'000, 11, true, 4);
}

struct Shape {
  std::size_t rows = 0;
  std::uint32_t accounts = 1;
  std::uint32_t objects = 1;
  bool targets = false;
};

std::vector<ActionRow> random_rows(const Shape& shape, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<ActionRow> rows;
  for (std::size_t i = 0; i < shape.rows; ++i) {
    const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
    rows.push_back({static_cast<TimeS>(below(5)) * 50'000 - 100'000, below(shape.accounts),
                    below(shape.objects), shape.targets ? below(3) : 0,
                    static_cast<std::uint16_t>(below(3))});
  }
  return rows;
}

/// The rows in three pieces, one of them empty.
RowChunks chunks_of(const std::vector<ActionRow>& rows) {
  RowChunks chunks;
  const auto cut = rows.size() / 3;
  for (const auto& [begin, end] :
       {std::pair(std::size_t{0}, cut), {cut, cut}, {cut, rows.size()}}) {
    Column<ActionRow> chunk(end - begin);
    for (auto i = begin; i < end; ++i) chunk[i - begin] = rows[i];
    chunks.push_back(std::move(chunk));
  }
  return chunks;
}

auto key_of(const ActionRow& r, BlockOrder order) {
  const bool by_object = order == BlockOrder::kByObject;
  return std::tuple(r.kind, day_of(r.time), by_object ? r.object : r.account, r.time,
                    by_object ? r.account : r.object, r.target);
}

std::vector<ActionRow> oracle(std::vector<ActionRow> rows, BlockOrder order) {
  std::sort(rows.begin(), rows.end(), [&](const ActionRow& a, const ActionRow& b) {
    return key_of(a, order) < key_of(b, order);
  });
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

void expect_rows(const SortedRows& sorted, const std::vector<ActionRow>& want) {
  ASSERT_EQ(sorted.size(), want.size());
  BlockColumns columns;
  for (std::size_t i = 0; i < want.size(); ++i) {
    ASSERT_EQ(sorted.at(i), want[i]) << i;
    if (i == 0) continue;
    const bool same =
        want[i].kind == want[i - 1].kind && day_of(want[i].time) == day_of(want[i - 1].time);
    ASSERT_EQ(sorted.group(i) == sorted.group(i - 1), same) << i;
    ASSERT_LE(sorted.group(i - 1), sorted.group(i)) << i;
  }
  if (want.empty()) return;
  sorted.columns(0, 1, columns);
  EXPECT_EQ(columns.day, day_of(want[0].time));
  EXPECT_EQ(columns.leading[0],
            sorted.order() == BlockOrder::kByObject ? want[0].object : want[0].account);
  EXPECT_EQ(columns.targets.empty(), want[0].target == 0);
}

SortedRows sorted_by_object(const std::vector<ActionRow>& rows, std::uint64_t objects,
                            std::uint64_t accounts) {
  auto chunks = chunks_of(rows);
  const auto groups = SortedRows::groups_of(chunks);
  return SortedRows::by_object(std::move(chunks), groups, {}, objects, accounts);
}

void expect_both_orders(const Shape& shape, unsigned seed) {
  const auto rows = random_rows(shape, seed);
  const auto by_object = sorted_by_object(rows, shape.objects, shape.accounts);
  expect_rows(by_object, oracle(rows, BlockOrder::kByObject));
  expect_rows(by_object.by_account(), oracle(rows, BlockOrder::kByAccount));
}

TEST(SortedRows, GivesDistinctRowsInBothOrders) {
  constexpr std::uint32_t kMost = 4'294'967'295U;
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    Shape shape{.rows = seed * seed, .accounts = 1 + seed % 20, .objects = 1 + seed % 7};
    shape.targets = seed % 3 == 0;
    if (seed % 4 == 0) shape.objects = kMost;  // these together are past one word a row
    if (seed % 5 == 0) shape.accounts = kMost;
    expect_both_orders(shape, seed);
  }
  expect_both_orders({.rows = 200'000, .accounts = 500, .objects = 90'000}, 61);
  expect_both_orders({.rows = 200'000, .accounts = 500, .objects = 2, .targets = true}, 62);
}

TEST(SortedRows, ThreadsDoNotChangeThem) {
  const auto rows = random_rows({.rows = 150'000, .accounts = 9000, .objects = 400}, 1);
  const auto many = sorted_by_object(rows, 400, 9000).by_account();
  const ThreadLimit one(1);
  const auto single = sorted_by_object(rows, 400, 9000).by_account();
  ASSERT_EQ(many.size(), single.size());
  for (std::size_t i = 0; i < many.size(); ++i) ASSERT_EQ(many.at(i), single.at(i));
}

TEST(SortedRows, GivesRowsTheirNewNumbersFirst) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const auto rows =
        random_rows({.rows = 300, .accounts = 20, .objects = 15, .targets = seed % 2 == 0}, seed);
    std::mt19937 random(seed + 100);
    const auto permutation = [&](auto numbers) {
      std::iota(numbers.begin(), numbers.end(), 0);
      std::shuffle(numbers.begin(), numbers.end(), random);
      return numbers;
    };
    const auto accounts = permutation(std::vector<std::uint32_t>(20));
    const auto objects = permutation(std::vector<std::uint32_t>(15));
    const auto kinds = permutation(std::vector<std::uint16_t>(3));
    auto renumbered = rows;
    for (auto& row : renumbered) {
      row.account = accounts[row.account];
      row.object = objects[row.object];
      row.kind = kinds[row.kind];
      if (row.target != 0) row.target = accounts[row.target - 1] + 1;
    }
    auto chunks = chunks_of(rows);
    const auto groups = SortedRows::groups_of(chunks);
    const auto got =
        SortedRows::by_object(std::move(chunks), groups, {accounts, objects, kinds}, 15, 20);
    expect_rows(got, oracle(renumbered, BlockOrder::kByObject));
    expect_rows(got.by_account(), oracle(renumbered, BlockOrder::kByAccount));
  }
}

}  // namespace
}  // namespace lockstep
