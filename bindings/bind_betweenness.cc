#include <utility>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/betweenness.h"
#include "lockstep/algorithms/induced_subgraph.h"
#include "lockstep/undirected.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_betweenness(py::module_& m) {
  m.def(
      "betweenness",
      [](const Graph& graph, RunControl* control) {
        return as_array(interruptible(
            control, [&](RunControl* shared) { return betweenness(undirected(graph), shared); }));
      },
      py::arg("graph"), py::kw_only(), py::arg("control") = nullptr,
      "Count for every vertex the pairs whose shortest walks lead over it.");
  m.def(
      "induced_subgraph",
      [](const Graph& graph, const py::object& vertices) {
        auto cut = induced_subgraph(undirected(graph), as_span<VertexId>(vertices, "vertices"));
        return py::make_tuple(std::move(cut.graph), as_array(std::move(cut.vertices)));
      },
      py::arg("graph"), py::arg("vertices"),
      "Cut vertices and the edges between them out: the graph, and what its vertices were.");
}

}  // namespace lockstep
