#include <utility>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/connected_components.h"
#include "lockstep/undirected.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_connected_components(py::module_& m) {
  m.def(
      "connected_components",
      [](const Graph& graph, RunControl* control) {
        auto found = interruptible(control, [&](RunControl* shared) {
          return connected_components(undirected(graph), shared);
        });
        return py::make_tuple(as_array(std::move(found.component)), found.components);
      },
      py::arg("graph"), py::kw_only(), py::arg("control") = nullptr,
      "Number the connected components: one a vertex, and how many.");
}

}  // namespace lockstep
