#include <utility>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/synchrony.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_synchrony(py::module_& m) {
  constexpr SynchronyOptions kDefaults;
  m.attr("SYNCHRONY_CELLS") = kDefaults.cells;
  m.attr("SYNCHRONY_MIN_OBJECTS") = kDefaults.min_objects;
  m.def(
      "object_features",
      [](const Graph& graph, VertexId accounts, RunControl* control) {
        auto found = interruptible(control, [&](RunControl* shared) {
          return object_features(bipartite(graph, accounts), shared);
        });
        return py::make_tuple(as_array(std::move(found.x)), as_array(std::move(found.y)));
      },
      py::arg("graph"), py::arg("accounts"), py::kw_only(), py::arg("control") = nullptr,
      "log10 of each object's popularity and authority.");
  m.def(
      "synchrony",
      [](const Graph& graph, VertexId accounts, const py::object& x, const py::object& y, int cells,
         VertexId min_objects, RunControl* control) {
        const auto across = as_span<double>(x, "x");
        const auto up = as_span<double>(y, "y");
        auto found = interruptible(control, [&](RunControl* shared) {
          return synchrony(bipartite(graph, accounts), across, up, {cells, min_objects}, shared);
        });
        return py::make_tuple(as_array(std::move(found.synchronicity)),
                              as_array(std::move(found.normality)),
                              as_array(std::move(found.bound)), as_array(std::move(found.residual)),
                              as_array(std::move(found.z)));
      },
      py::arg("graph"), py::arg("accounts"), py::arg("x"), py::arg("y"), py::kw_only(),
      py::arg("cells") = kDefaults.cells, py::arg("min_objects") = kDefaults.min_objects,
      py::arg("control") = nullptr,
      "Score each account by how alike its objects are for how common they are.");
}

}  // namespace lockstep
