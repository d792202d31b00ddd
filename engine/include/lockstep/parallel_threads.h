#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace lockstep {

/// Back end of parallel.h over std::thread: plain, and fully visible to ThreadSanitizer, which
/// takes the fences inside a distribution's TBB for races.
struct ParallelBackend {
  static std::atomic<int>& thread_cap() {
    static std::atomic<int> cap{0};
    return cap;
  }

  class ThreadLimit {
   public:
    explicit ThreadLimit(int threads) : before_(thread_cap().load()) {
      const int wanted = std::max(threads, 1);
      thread_cap().store(before_ == 0 ? wanted : std::min(before_, wanted));
    }
    ~ThreadLimit() { thread_cap().store(before_); }
    ThreadLimit(const ThreadLimit&) = delete;
    ThreadLimit& operator=(const ThreadLimit&) = delete;

   private:
    int before_;
  };

  static int thread_count() {
    const int hardware = std::max(2, static_cast<int>(std::thread::hardware_concurrency()));
    const int cap = thread_cap().load();
    return cap == 0 ? hardware : std::min(cap, hardware);
  }

  template <class Body>
  static void run_chunks(std::size_t chunks, const Body& body) {
    std::atomic<std::size_t> next{0};
    std::exception_ptr failure;
    std::mutex guard;
    const auto work = [&] {
      for (std::size_t chunk = next.fetch_add(1); chunk < chunks; chunk = next.fetch_add(1)) {
        try {
          body(chunk);
        } catch (...) {
          const std::lock_guard lock(guard);
          if (!failure) failure = std::current_exception();
          next.store(chunks);
        }
      }
    };
    const auto helpers = std::min<std::size_t>(static_cast<std::size_t>(thread_count()), chunks);
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < helpers; ++i) threads.emplace_back(work);
    work();
    for (auto& thread : threads) thread.join();
    if (failure) std::rethrow_exception(failure);
  }

  template <class T>
  class PerThread {
   public:
    explicit PerThread(std::function<T()> make) : make_(std::move(make)) {}
    T& local() {
      const std::lock_guard lock(guard_);
      const auto found = slots_.find(std::this_thread::get_id());
      if (found != slots_.end()) return found->second;
      return slots_.emplace(std::this_thread::get_id(), make_()).first->second;
    }

   private:
    std::function<T()> make_;
    std::map<std::thread::id, T> slots_;
    std::mutex guard_;
  };

  template <class Iterator, class Less>
  static void sort(Iterator first, Iterator last, const Less& less) {
    std::sort(first, last, less);
  }
};

}  // namespace lockstep
