#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#ifdef LOCKSTEP_PARALLEL_THREADS
#include "lockstep/parallel_threads.h"
#else
#include "lockstep/parallel_tbb.h"
#endif

/// The few parallel idioms of Lockstep, over oneTBB or, for ThreadSanitizer, std::thread.
///
/// Contract of every function here: the split of [0, n) into chunks depends on n and `grain`
/// alone, so a body whose chunks are independent gives the same bytes for any thread count;
/// an exception in a body reaches the caller after the other chunks have stopped.
namespace lockstep {

/// Caps the threads of every call below while it lives; `threads` is at least 1.
using ThreadLimit = ParallelBackend::ThreadLimit;

/// Number of threads that a parallel call may use now, at least 1.
[[nodiscard]] inline int thread_count() { return ParallelBackend::thread_count(); }

/// Calls `body(begin, end)` over consecutive chunks of [0, n), each of at most `grain` items.
template <class Body>
void parallel_for(std::size_t n, std::size_t grain, const Body& body) {
  grain = std::max<std::size_t>(grain, 1);
  const std::size_t chunks = (n + grain - 1) / grain;
  ParallelBackend::run_chunks(
      chunks, [&](std::size_t chunk) { body(chunk * grain, std::min(n, (chunk + 1) * grain)); });
}

/// One object for each thread that asks for its own, made by the function given and kept between
/// calls: `ThreadScratch<T> scratch(make)`.
template <class T>
using ThreadScratch = ParallelBackend::PerThread<T>;

/// Like `parallel_for`, with the scratch object of the running thread: `body(scratch, begin, end)`.
/// What a chunk leaves in its scratch must not change results.
template <class T, class Body>
void parallel_for_scratch(std::size_t n, std::size_t grain, ThreadScratch<T>& scratch,
                          const Body& body) {
  parallel_for(n, grain,
               [&](std::size_t begin, std::size_t end) { body(scratch.local(), begin, end); });
}

/// Like `parallel_for`, with a scratch object made by `make()` once for each running thread:
/// `body(scratch, begin, end)`. What a chunk leaves in its scratch must not change results.
template <class Make, class Body>
void parallel_for_scratch(std::size_t n, std::size_t grain, const Make& make, const Body& body) {
  ThreadScratch<decltype(make())> scratch(make);
  parallel_for_scratch(n, grain, scratch, body);
}

/// Folds `map(begin, end)` over the chunks in their order, so floating point sums repeat exactly.
template <class T, class Map, class Combine>
[[nodiscard]] T parallel_reduce(std::size_t n, std::size_t grain, T identity, const Map& map,
                                const Combine& combine) {
  grain = std::max<std::size_t>(grain, 1);
  const std::size_t chunks = (n + grain - 1) / grain;
  const auto partial = std::make_unique<T[]>(chunks);  // not vector: vector<bool> packs bits
  parallel_for(n, grain, [&](std::size_t begin, std::size_t end) {
    partial[begin / grain] = map(begin, end);
  });
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    identity = combine(std::move(identity), std::move(partial[chunk]));
  }
  return identity;
}

/// The sum of numbers, added up chunk by chunk in their order.
[[nodiscard]] inline double parallel_sum(std::span<const double> values, std::size_t grain) {
  return parallel_reduce(
      values.size(), grain, 0.0,
      [&](std::size_t begin, std::size_t end) {
        double sum = 0.0;
        for (; begin < end; ++begin) sum += values[begin];
        return sum;
      },
      std::plus<>());
}

/// Sorts [first, last). Unstable: give `less` a total order where the result must repeat.
template <class Iterator, class Less>
void parallel_sort(Iterator first, Iterator last, const Less& less) {
  ParallelBackend::sort(first, last, less);
}

}  // namespace lockstep
