#pragma once

#include <mutex>

#include "lockstep/error.h"
#include "store_impl.h"

namespace lockstep {

/// Says that a job is under way while it lives, so that none begins.
class OnlyWork {
 public:
  explicit OnlyWork(Store::Impl& store) : store_(store) {
    const std::unique_lock hold(store_.guard);
    if (store_.job_running) throw InvalidArgument("a job is under way in this store");
    store_.job_running = true;
  }
  ~OnlyWork() {
    const std::unique_lock hold(store_.guard);
    store_.job_running = false;
  }
  OnlyWork(const OnlyWork&) = delete;
  OnlyWork& operator=(const OnlyWork&) = delete;

 private:
  Store::Impl& store_;
};

}  // namespace lockstep
