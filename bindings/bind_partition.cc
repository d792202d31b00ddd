#include <span>
#include <string>
#include <vector>

#include "bindings.h"
#include "communities.h"
#include "lockstep/algorithms/partition.h"
#include "lockstep/error.h"
#include "lockstep/undirected.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {
namespace {

std::vector<VertexId> as_partition(const py::object& community) {
  const auto values = as_span<VertexId>(community, "community");
  return {values.begin(), values.end()};
}

}  // namespace

Quality quality_named(const std::string& name) {
  if (name == "modularity") return Quality::kModularity;
  if (name == "cpm") return Quality::kCpm;
  throw InvalidArgument("quality is '" + name + "'; give 'modularity' or 'cpm'");
}

void bind_partition(py::module_& m) {
  py::class_<Communities>(m, "Communities")
      .def_property_readonly("community",
                             [](const py::object& self) {
                               return view_of(std::span(self.cast<const Communities&>().community),
                                              self);
                             })
      .def_readonly("communities", &Communities::communities)
      .def_readonly("quality", &Communities::quality)
      .def_readonly("rounds", &Communities::rounds)
      .def_readonly("converged", &Communities::converged);
  m.def(
      "partition_quality",
      [](const Graph& graph, const py::object& community, const std::string& quality,
         double resolution) {
        return partition_quality(undirected(graph), as_partition(community), quality_named(quality),
                                 resolution);
      },
      py::arg("graph"), py::arg("community"), py::kw_only(), py::arg("quality") = "modularity",
      py::arg("resolution") = 1.0, "Quality of any partition of the vertices.");
  m.def(
      "conductance",
      [](const Graph& graph, const py::object& community) {
        return as_array(conductance(undirected(graph), as_partition(community)));
      },
      py::arg("graph"), py::arg("community"),
      "Share of the weight around each community that leads out of it.");
}

}  // namespace lockstep
