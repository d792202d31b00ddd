#include <pybind11/stl.h>

#include <optional>
#include <tuple>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/graph.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {
namespace {

/// A column that may be missing.
template <class T>
std::span<const T> as_optional_span(const std::optional<py::object>& object, const char* name) {
  return object ? as_span<T>(*object, name) : std::span<const T>();
}

std::tuple<Graph, std::uint64_t, std::uint64_t> build(
    VertexId vertex_count, const py::object& source, const py::object& target,
    const std::optional<py::object>& weight, const std::optional<py::object>& time_s, bool directed,
    bool drop_self_loops, RunControl* control) {
  const EdgeColumns edges{as_span<VertexId>(source, "source"), as_span<VertexId>(target, "target"),
                          as_optional_span<double>(weight, "weight"),
                          as_optional_span<TimeS>(time_s, "time_s")};
  const BuildOptions options{directed, drop_self_loops ? SelfLoops::kDrop : SelfLoops::kRefuse};
  auto built = interruptible(control, [&](RunControl* shared) {
    return build_graph(vertex_count, edges, options, shared);
  });
  return {std::move(built.graph), built.self_loops, built.repeats};
}

const GraphView& look(const py::object& self) { return self.cast<const Graph&>().both_ways(); }

/// One array an arc, or None where the graph has none.
template <class T>
py::object view_or_none(std::span<const T> values, const py::object& owner) {
  if (values.empty()) return py::none();
  return view_of(values, owner);
}

void bind_rows(py::class_<Graph>& graph) {
  graph
      .def_property_readonly(
          "offsets", [](const py::object& self) { return view_of(look(self).out.offsets, self); })
      .def_property_readonly(
          "targets", [](const py::object& self) { return view_of(look(self).out.targets, self); })
      .def_property_readonly(
          "weights",
          [](const py::object& self) { return view_or_none(look(self).out.weights, self); })
      .def_property_readonly(
          "times", [](const py::object& self) { return view_or_none(look(self).out_times, self); })
      .def_property_readonly(
          "in_offsets", [](const py::object& self) { return view_of(look(self).in.offsets, self); })
      .def_property_readonly(
          "in_targets", [](const py::object& self) { return view_of(look(self).in.targets, self); })
      .def_property_readonly(
          "in_weights",
          [](const py::object& self) { return view_or_none(look(self).in.weights, self); })
      .def_property_readonly("in_times", [](const py::object& self) {
        return view_or_none(look(self).in_times, self);
      });
}

}  // namespace

void bind_graph(py::module_& m) {
  py::class_<Graph> graph(m, "Graph", "Immutable graph, both ways; repeated edges add up.");
  graph
      .def(py::init([](VertexId vertex_count, const py::object& source, const py::object& target,
                       const py::object& weight) {
             const EdgeColumns edges{as_span<VertexId>(source, "source"),
                                     as_span<VertexId>(target, "target"),
                                     as_span<double>(weight, "weight")};
             const py::gil_scoped_release release;
             return build_graph(vertex_count, edges).graph;
           }),
           py::arg("vertex_count"), py::arg("source"), py::arg("target"), py::arg("weight"))
      .def_static("build", &build, py::arg("vertex_count"), py::arg("source"), py::arg("target"),
                  py::kw_only(), py::arg("weight") = py::none(), py::arg("time_s") = py::none(),
                  py::arg("directed"), py::arg("drop_self_loops"), py::arg("control") = nullptr)
      .def("rows_alone", &Graph::rows_alone)
      .def("__len__", &Graph::size)
      .def_property_readonly("directed", &Graph::is_directed)
      .def_property_readonly("edge_count", &Graph::edge_count);
  bind_rows(graph);
}

}  // namespace lockstep
