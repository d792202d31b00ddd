#pragma once

#include <atomic>
#include <cstdint>

#include "lockstep/error.h"

namespace lockstep {

/// Lets one thread watch and stop the work of others.
///
/// The worker calls `check` in its loop bodies (cancelling a TBB task group alone waits for
/// whole chunks: 11 s were measured) and `advance` as it goes; the watcher polls and cancels.
class RunControl {
 public:
  void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool cancelled() const noexcept {
    return cancelled_.load(std::memory_order_relaxed);
  }

  /// Throws Interrupted once `cancel` was called.
  void check() const {
    if (cancelled()) throw Interrupted();
  }

  /// Starts a stage of `total` steps.
  void expect(std::uint64_t total) noexcept {
    done_.store(0, std::memory_order_relaxed);
    total_.store(total, std::memory_order_relaxed);
  }
  void advance(std::uint64_t steps) noexcept { done_.fetch_add(steps, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t done() const noexcept {
    return done_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t total() const noexcept {
    return total_.load(std::memory_order_relaxed);
  }

 private:
  std::atomic<bool> cancelled_{false};
  std::atomic<std::uint64_t> done_{0};
  std::atomic<std::uint64_t> total_{0};
};

}  // namespace lockstep
