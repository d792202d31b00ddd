#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/edge_overlap.h"

namespace py = pybind11;

namespace lockstep {

void bind_edge_overlap(py::module_& m) {
  m.def(
      "edge_overlap",
      [](const Graph& graph, RunControl* control) {
        return interruptible(control,
                             [&](RunControl* shared) { return edge_overlap(graph, shared); });
      },
      py::arg("graph"), py::kw_only(), py::arg("control") = nullptr,
      "The graph with edges weighted by how far their ends' neighbourhoods overlap.");
}

}  // namespace lockstep
