#include "lockstep/parallel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "lockstep/random.h"

namespace lockstep {
namespace {

TEST(Parallel, ForCallsEachIndexOnce) {
  for (const std::size_t n : {0UL, 1UL, 2UL, 7UL, 1000UL, 65'537UL}) {
    for (const std::size_t grain : {0UL, 1UL, 3UL, 1000UL, 100'000UL}) {
      if (n / std::max(grain, 1UL) > 5000) continue;
      SCOPED_TRACE(std::to_string(n) + " by " + std::to_string(grain));
      std::vector<int> calls(n, 0);  // no two chunks share an index, so plain integers do
      std::atomic<std::size_t> largest{0};
      parallel_for(n, grain, [&](std::size_t begin, std::size_t end) {
        for (std::size_t seen = largest; seen < end - begin;) {
          if (largest.compare_exchange_weak(seen, end - begin)) break;
        }
        for (; begin < end; ++begin) ++calls[begin];
      });
      EXPECT_EQ(calls, std::vector<int>(n, 1));
      EXPECT_LE(largest, std::max(grain, 1UL));
    }
  }
}

TEST(Parallel, ForUsesSeveralThreadsWhereItMay) {
  if (thread_count() < 2) GTEST_SKIP() << "one thread only";
  std::atomic<int> inside{0};
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  // Two chunks wait for each other: both go on early only if they run at the same time.
  std::atomic<bool> late{false};
  parallel_for(2, 1, [&](std::size_t, std::size_t) {
    ++inside;
    while (inside < 2 && !late) late = std::chrono::steady_clock::now() > deadline;
  });
  EXPECT_FALSE(late);
  EXPECT_EQ(inside, 2);
}

TEST(Parallel, ExceptionsReachTheCaller) {
  for (const std::size_t bad : {0UL, 17UL, 99UL}) {
    SCOPED_TRACE(bad);
    try {
      parallel_for(100, 1, [&](std::size_t begin, std::size_t) {
        if (begin == bad) throw std::runtime_error("chunk " + std::to_string(bad));
      });
      ADD_FAILURE() << "nothing thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(error.what(), "chunk " + std::to_string(bad));
    }
  }
  // Every chunk throws: one exception arrives, and the next call works.
  EXPECT_THROW(parallel_for(1000, 1, [](std::size_t, std::size_t) { throw std::logic_error("x"); }),
               std::logic_error);
  std::atomic<std::size_t> calls{0};
  parallel_for(1000, 1, [&](std::size_t, std::size_t) { ++calls; });
  EXPECT_EQ(calls, 1000U);
}

// Harmonic-like terms of both signs: a sum in another order differs in its last bits.
double alternating_sum(std::size_t n, std::size_t grain) {
  return parallel_reduce(
      n, grain, 0.0,
      [](std::size_t begin, std::size_t end) {
        double sum = 0.0;
        for (; begin < end; ++begin) {
          sum += (begin % 2 == 0 ? 1.0 : -1.0) / std::sqrt(static_cast<double>(begin) + 1.0);
        }
        return sum;
      },
      std::plus<>());
}

TEST(Parallel, ReduceGivesTheSameBitsForAnyNumberOfThreads) {
  const std::size_t n = 200'003;
  const double free = alternating_sum(n, 97);
  for (const int threads : {1, 2, 3, 4}) {
    const ThreadLimit limit(threads);
    for (int repeat = 0; repeat < 5; ++repeat) EXPECT_EQ(alternating_sum(n, 97), free);
  }
  EXPECT_NEAR(free, alternating_sum(n, n), 1e-9);
  EXPECT_NE(free, alternating_sum(n, n)) << "the terms do not show their order";
}

TEST(Parallel, ReduceKeepsTheOrderOfChunksAndTakesAnyType) {
  const auto text = parallel_reduce(
      26, 3, std::string(">"),
      [](std::size_t begin, std::size_t end) {
        std::string part;
        for (; begin < end; ++begin) part.push_back(static_cast<char>('a' + begin));
        return part;
      },
      [](std::string a, const std::string& b) { return std::move(a) + b; });
  EXPECT_EQ(text, ">abcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(alternating_sum(0, 10), 0.0);
  const bool any = parallel_reduce(
      500, 1, false, [](std::size_t begin, std::size_t) { return begin == 321; },
      std::logical_or<>());
  EXPECT_TRUE(any);
}

TEST(Parallel, SortMatchesTheStandardSort) {
  SplitMix random(5);
  std::vector<std::uint64_t> values(100'000);
  for (auto& value : values) value = random.below(5000);
  auto want = values;
  std::sort(want.begin(), want.end(), std::greater<>());
  parallel_sort(values.begin(), values.end(), std::greater<>());
  EXPECT_EQ(values, want);
}

TEST(Parallel, ThreadLimitCapsAndEnds) {
  const int before = thread_count();
  EXPECT_GE(before, 1);
  {
    const ThreadLimit one(1);
    EXPECT_EQ(thread_count(), 1);
    const ThreadLimit wider(64);
    EXPECT_EQ(thread_count(), 1) << "an inner limit may not widen the outer one";
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    parallel_for(200, 1, [&](std::size_t, std::size_t) {
      const int now = ++inside;
      if (now > most) most = now;
      --inside;
    });
    EXPECT_EQ(most, 1);
  }
  EXPECT_EQ(thread_count(), before);
}

TEST(Parallel, ScratchIsMadeOnceAThreadAndNeverShared) {
  struct Scratch {
    std::vector<int> values;
  };
  std::atomic<int> made{0};
  std::vector<int> sums(2000, 0);
  parallel_for_scratch(
      sums.size(), 1,
      [&] {
        ++made;
        return Scratch{std::vector<int>(100, 0)};
      },
      [&](Scratch& scratch, std::size_t begin, std::size_t) {
        for (int& value : scratch.values) ++value;  // a race or a mix-up breaks the sum below
        sums[begin] = std::accumulate(scratch.values.begin(), scratch.values.end(), 0);
        for (int& value : scratch.values) --value;
      });
  EXPECT_EQ(sums, std::vector<int>(2000, 100));
  EXPECT_GE(made, 1);
  EXPECT_LE(made, thread_count());
}

}  // namespace
}  // namespace lockstep
