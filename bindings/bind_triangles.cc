#include <utility>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/triangles.h"
#include "lockstep/undirected.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_triangles(py::module_& m) {
  m.def(
      "triangles",
      [](const Graph& graph, RunControl* control) {
        auto found = interruptible(
            control, [&](RunControl* shared) { return triangles(undirected(graph), shared); });
        return py::make_tuple(as_array(std::move(found.triangles)),
                              as_array(std::move(found.clustering)), found.total,
                              found.transitivity);
      },
      py::arg("graph"), py::kw_only(), py::arg("control") = nullptr,
      "Count triangles: at each vertex, clustering, in all, and transitivity.");
}

}  // namespace lockstep
