#include <utility>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/breadth_first_search.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_breadth_first_search(py::module_& m) {
  m.attr("UNREACHED") = kUnreached;
  m.def(
      "breadth_first_search",
      [](const Graph& graph, VertexId source, RunControl* control) {
        auto found = interruptible(control, [&](RunControl* shared) {
          const GraphView& both = graph.both_ways();
          return breadth_first_search(both.out, both.in, source, shared);
        });
        return py::make_tuple(as_array(std::move(found.distance)),
                              as_array(std::move(found.parent)), found.reached);
      },
      py::arg("graph"), py::arg("source"), py::kw_only(), py::arg("control") = nullptr,
      "Count steps from a vertex: distances, parents, and how many vertices were reached.");
}

}  // namespace lockstep
