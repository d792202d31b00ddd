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

void expect_sorted(std::size_t n, WordBits of, bool hot, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> words(n);
  for (auto& word : words) word = of.bits == 0 ? 0 : random() >> (64 - of.bits);
  for (std::size_t i = 0; hot && i < n; i += 2) words[i] = words[0] ^ (random() % 4);
  auto want = words;
  std::sort(want.begin(), want.end());
  std::vector<std::uint64_t> got(n);
  const auto each = [&](std::size_t begin, std::size_t end, const auto& visit) {
    for (auto i = begin; i < end; ++i) visit(words[i]);
  };
  radix_sort(of, each, got);
  EXPECT_TRUE(got == want) << n << " words of " << of.bits << " bits, tail " << of.tail;
}

TEST(RadixSort, SortsAsComparingDoes) {
  for (const std::size_t n : {0, 1, 2, 199, 201, 5000, 40'000, 200'000}) {
    for (const unsigned bits : {2U, 8U, 11U, 17U, 33U, 63U, 64U}) {
      for (const unsigned tail : {0U, 1U, 7U, bits / 2, bits - 1, bits}) {
        if (tail <= bits) expect_sorted(n, {bits, tail}, false, 1);
      }
    }
  }
  for (const unsigned tail : {0U, 20U, 39U}) {  // a bucket that is dealt once more
    expect_sorted(3'000'000, {40, tail}, true, 2);
  }
  expect_sorted(100'000, {0, 0}, false, 3);
  expect_sorted(3'000'000, {11, 4}, true, 4);
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
StagedRows staged(const std::vector<ActionRow>& rows) {
  StagedRows staged;
  GroupNumbers numbers;
  GroupNumbers::Recent recent(numbers);
  const auto cut = rows.size() / 3;
  for (const auto& [begin, end] :
       {std::pair(std::size_t{0}, cut), {cut, cut}, {cut, rows.size()}}) {
    RowChunk chunk(end - begin);
    const bool targets =
        std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row.target != 0; });
    if (targets) chunk.targets = Column<std::uint32_t>(end - begin);
    for (auto i = begin; i < end; ++i) {
      const auto& row = rows[i];
      const auto day = day_of(row.time);
      chunk.accounts[i - begin] = row.account;
      chunk.objects[i - begin] = row.object;
      chunk.groups[i - begin] = recent.of({row.kind, day});
      chunk.seconds[i - begin] = static_cast<std::uint32_t>(row.time - day * kDaySeconds);
      if (targets) chunk.targets[i - begin] = row.target;
    }
    staged.chunks.push_back(std::move(chunk));
  }
  staged.groups = numbers.take();
  return staged;
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

void expect_both_orders(const Shape& shape, unsigned seed) {
  const auto rows = random_rows(shape, seed);
  const auto [by_object, by_account] =
      SortedRows::in_both_orders(staged(rows), {}, shape.objects, shape.accounts);
  expect_rows(by_object, oracle(rows, BlockOrder::kByObject));
  expect_rows(by_account, oracle(rows, BlockOrder::kByAccount));
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
  const auto many = SortedRows::in_both_orders(staged(rows), {}, 400, 9000).second;
  const ThreadLimit one(1);
  const auto single = SortedRows::in_both_orders(staged(rows), {}, 400, 9000).second;
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
    auto renumbered = rows;
    for (auto& row : renumbered) {
      row.account = accounts[row.account];
      row.object = objects[row.object];
      if (row.target != 0) row.target = accounts[row.target - 1] + 1;
    }
    const auto [by_object, by_account] =
        SortedRows::in_both_orders(staged(rows), {accounts, objects}, 15, 20);
    expect_rows(by_object, oracle(renumbered, BlockOrder::kByObject));
    expect_rows(by_account, oracle(renumbered, BlockOrder::kByAccount));
  }
}

}  // namespace
}  // namespace lockstep
