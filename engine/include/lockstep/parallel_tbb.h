#pragma once

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_sort.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cstddef>

namespace lockstep {

/// Back end of parallel.h over oneTBB.
struct ParallelBackend {
  class ThreadLimit {
   public:
    explicit ThreadLimit(int threads)
        : control_(tbb::global_control::max_allowed_parallelism,
                   static_cast<std::size_t>(std::max(threads, 1))) {}

   private:
    tbb::global_control control_;
  };

  static int thread_count() {
    const auto allowed =
        tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism);
    return std::max(1,
                    std::min(static_cast<int>(allowed), tbb::this_task_arena::max_concurrency()));
  }

  template <class Body>
  static void run_chunks(std::size_t chunks, const Body& body) {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, chunks, 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
          for (std::size_t chunk = range.begin(); chunk != range.end(); ++chunk) body(chunk);
        },
        tbb::simple_partitioner());
  }

  template <class T>
  class PerThread {
   public:
    template <class Make>
    explicit PerThread(const Make& make) : slots_(make) {}
    T& local() { return slots_.local(); }

   private:
    tbb::enumerable_thread_specific<T> slots_;
  };

  template <class Iterator, class Less>
  static void sort(Iterator first, Iterator last, const Less& less) {
    tbb::parallel_sort(first, last, less);
  }
};

}  // namespace lockstep
