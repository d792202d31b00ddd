#include <utility>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/core_numbers.h"
#include "lockstep/undirected.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_core_numbers(py::module_& m) {
  m.def(
      "core_numbers",
      [](const Graph& graph, RunControl* control) {
        auto found = interruptible(
            control, [&](RunControl* shared) { return core_numbers(undirected(graph), shared); });
        return py::make_tuple(as_array(std::move(found.core)), found.largest);
      },
      py::arg("graph"), py::kw_only(), py::arg("control") = nullptr,
      "Find the densest core of every vertex, and the largest number.");
}

}  // namespace lockstep
