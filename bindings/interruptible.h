#pragma once

#include <pybind11/pybind11.h>

#include <chrono>
#include <future>
#include <type_traits>
#include <utility>

#include "lockstep/run_control.h"

namespace lockstep {

/// Runs `work(control)` in a thread of its own, with the GIL free, while the calling thread
/// looks for signals 20 times a second: Ctrl-C cancels the work and raises KeyboardInterrupt.
/// Call with the GIL held. `control` may be null; the work still gets one.
template <class Work>
auto interruptible(RunControl* control, Work&& work) {
  namespace py = pybind11;
  RunControl own;
  RunControl& shared = control != nullptr ? *control : own;
  auto running = std::async(std::launch::async, [&] { return work(&shared); });
  while (true) {
    std::future_status status{};
    {
      const py::gil_scoped_release release;
      status = running.wait_for(std::chrono::milliseconds(50));
    }
    if (status == std::future_status::ready) return running.get();
    if (PyErr_CheckSignals() != 0) {
      py::error_already_set interrupted;
      shared.cancel();
      {
        const py::gil_scoped_release release;
        running.wait();
      }
      throw interrupted;
    }
  }
}

}  // namespace lockstep
