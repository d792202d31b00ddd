#include <vector>

#include "bindings.h"
#include "lockstep/error.h"
#include "lockstep/graph.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_graph(py::module_& m) {
  py::class_<Graph>(m, "Graph", "Undirected weighted graph; repeated edges add up. Immutable.")
      .def(py::init([](VertexId vertex_count, const py::object& source, const py::object& target,
                       const py::object& weight) {
             const auto sources = as_span<VertexId>(source, "source");
             const auto targets = as_span<VertexId>(target, "target");
             const auto weights = as_span<double>(weight, "weight");
             const py::gil_scoped_release release;
             if (sources.size() != targets.size() || sources.size() != weights.size()) {
               throw InvalidArgument("source, target and weight have different lengths");
             }
             std::vector<WeightedEdge> edges(sources.size());
             for (std::size_t i = 0; i < edges.size(); ++i) {
               edges[i] = {sources[i], targets[i], weights[i]};
             }
             return Graph::undirected(vertex_count, edges);
           }),
           py::arg("vertex_count"), py::arg("source"), py::arg("target"), py::arg("weight"))
      .def("__len__", &Graph::size)
      .def_property_readonly("edge_count", &Graph::edge_count)
      .def_property_readonly("offsets",
                             [](const py::object& self) {
                               return view_of(self.cast<const Graph&>().view().offsets, self);
                             })
      .def_property_readonly("targets",
                             [](const py::object& self) {
                               return view_of(self.cast<const Graph&>().view().targets, self);
                             })
      .def_property_readonly("weights", [](const py::object& self) {
        return view_of(self.cast<const Graph&>().view().weights, self);
      });
}

}  // namespace lockstep
