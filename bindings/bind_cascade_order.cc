#include <pybind11/stl.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/cascade_order.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_cascade_order(py::module_& m) {
  constexpr CascadeOptions kDefaults;
  m.def(
      "cascade_order",
      [](const std::vector<const ActionLog*>& logs, const py::object& measured,
         std::int64_t horizon_s, RunControl* control) {
        const auto flags = as_span<std::uint8_t>(measured, "measured");
        auto order = interruptible(control, [&](RunControl* shared) {
          return cascade_order(logs, flags, {horizon_s}, shared);
        });
        return py::make_tuple(as_array(std::move(order.accounts)),
                              as_array(std::move(order.audience)),
                              as_array(std::move(order.added)));
      },
      py::arg("logs"), py::arg("measured"), py::kw_only(),
      py::arg("horizon_s") = kDefaults.horizon_s, py::arg("control") = nullptr,
      "Order measured accounts by how much audience of cascades each adds to those before it.");
}

}  // namespace lockstep
