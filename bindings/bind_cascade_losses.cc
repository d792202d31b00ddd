#include <utility>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/cascade_losses.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_cascade_losses(py::module_& m) {
  constexpr CascadeOptions kDefaults;
  m.attr("CASCADE_HORIZON_S") = kDefaults.horizon_s;
  m.attr("NEVER_LOST") = kNeverLost;
  m.def(
      "cascade_losses",
      [](const ActionLog& log, const py::object& measured, const py::object& step,
         std::int64_t horizon_s, RunControl* control) {
        const auto flags = as_span<std::uint8_t>(measured, "measured");
        const auto steps = as_span<std::uint32_t>(step, "step");
        return as_array(interruptible(control, [&](RunControl* shared) {
          return cascade_losses(log, flags, steps, {horizon_s}, shared);
        }));
      },
      py::arg("log"), py::arg("measured"), py::arg("step"), py::kw_only(),
      py::arg("horizon_s") = kDefaults.horizon_s, py::arg("control") = nullptr,
      "Say after how many accounts taken away each one is no longer reached by a cascade.");
}

}  // namespace lockstep
