#include <optional>
#include <string>

#include "bindings.h"
#include "lockstep/error.h"
#include "lockstep/graph_snapshot.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {
namespace {

/// A snapshot with its graph as plain rows, mapped, or decompressed into memory.
struct PythonSnapshot {
  GraphSnapshot file;
  Graph graph;
};

PythonSnapshot open_snapshot(const std::string& path, bool full) {
  const py::gil_scoped_release release;
  auto file = GraphSnapshot::open(path, full ? SnapshotCheck::kFull : SnapshotCheck::kHeader);
  if (!file.is_compressed()) return {file, file.graph()};
  // Only lists that were looked at may be decoded.
  if (!full) file = GraphSnapshot::open(path, SnapshotCheck::kFull);
  return {file, decompressed(file.compressed())};
}

/// None, int64 numbers, or (offsets, text) as Arrow's large_string has them.
VertexIds as_vertex_ids(const py::object& ids) {
  if (ids.is_none()) return {};
  if (!py::isinstance<py::tuple>(ids)) return {as_span<std::int64_t>(ids, "ids"), {}, {}};
  const auto parts = py::reinterpret_borrow<py::tuple>(ids);
  if (parts.size() != 2) throw py::type_error("ids must be (offsets, text)");
  const auto text = as_span<std::uint8_t>(parts[1], "ids");
  return {{},
          as_span<std::int64_t>(parts[0], "ids"),
          {reinterpret_cast<const char*>(text.data()), text.size()}};
}

py::object ids_of(const py::object& self) {
  const auto& ids = self.cast<const PythonSnapshot&>().file.ids();
  if (!ids.numbers.empty()) return view_of(ids.numbers, self);
  if (ids.text_offsets.empty()) return py::none();
  const std::span<const std::uint8_t> text(reinterpret_cast<const std::uint8_t*>(ids.text.data()),
                                           ids.text.size());
  return py::make_tuple(view_of(ids.text_offsets, self), view_of(text, self));
}

void write(const std::string& path, const Graph& graph, std::uint64_t epoch, const py::object& ids,
           bool compress) {
  const SnapshotLabel label{epoch, as_vertex_ids(ids)};
  const auto& both = graph.both_ways();
  const py::gil_scoped_release release;
  if (!compress) return write_snapshot(path, both, label);
  if (both.out.is_weighted() || !both.out_times.empty()) {
    throw InvalidArgument(
        "the graph has weights or times, which the compressed form has no place for; "
        "leave them out, or write it as it is");
  }
  const CompressedGraph out(both.out);
  if (!both.directed) return write_snapshot(path, CompressedPair{out.view(), {}, false}, label);
  const CompressedGraph in(both.in);
  write_snapshot(path, CompressedPair{out.view(), in.view(), true}, label);
}

}  // namespace

void bind_graph_snapshot(py::module_& m) {
  py::class_<PythonSnapshot>(m, "GraphSnapshot", "A graph file; `lockstep.open_graph` wraps it.")
      .def(py::init(&open_snapshot), py::arg("path"), py::kw_only(), py::arg("full") = true)
      .def_property_readonly("epoch", [](const PythonSnapshot& self) { return self.file.epoch(); })
      .def_property_readonly("compressed",
                             [](const PythonSnapshot& self) { return self.file.is_compressed(); })
      .def_property_readonly("file_bytes",
                             [](const PythonSnapshot& self) { return self.file.file_bytes(); })
      .def_property_readonly("graph", [](const PythonSnapshot& self) { return self.graph; })
      .def_property_readonly("ids", &ids_of);
  m.def("write_snapshot", &write, py::arg("path"), py::arg("graph"), py::kw_only(),
        py::arg("epoch") = 0, py::arg("ids") = py::none(), py::arg("compress") = false);
}

}  // namespace lockstep
