#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/coaction.h"
#include "lockstep/algorithms/evidence.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_evidence(py::module_& m) {
  const auto column = [](auto member) {
    return [member](const py::object& self) {
      return view_of(std::span(self.cast<const EvidenceResult&>().*member), self);
    };
  };
  py::class_<EvidenceResult>(m, "EvidenceResult", "Co-actions in (edge, object) order.")
      .def_property_readonly("edge", column(&EvidenceResult::edge))
      .def_property_readonly("object", column(&EvidenceResult::object))
      .def_property_readonly("source_time_s", column(&EvidenceResult::source_time_s))
      .def_property_readonly("target_time_s", column(&EvidenceResult::target_time_s))
      .def_property_readonly("pairs", column(&EvidenceResult::pairs))
      .def_property_readonly("object_actions", column(&EvidenceResult::object_actions));

  const CoactionOptions defaults;
  m.def(
      "evidence",
      [](const ActionLog& log, const py::object& source, const py::object& target,
         std::int64_t window_s, RunControl* control) {
        const auto sources = as_span<AccountId>(source, "source");
        const auto targets = as_span<AccountId>(target, "target");
        return interruptible(control, [&](RunControl* shared) {
          return evidence(log, sources, targets, window_s, shared);
        });
      },
      py::arg("log"), py::arg("source"), py::arg("target"), py::kw_only(),
      py::arg("window_s") = defaults.window_s, py::arg("control") = nullptr,
      "List the co-actions behind each edge: objects, closest times, counts.");
  m.def(
      "shared_objects",
      [](const ActionLog& log, const py::object& source, const py::object& target,
         std::int64_t window_s, std::uint64_t max_object_actions, RunControl* control) {
        const auto sources = as_span<AccountId>(source, "source");
        const auto targets = as_span<AccountId>(target, "target");
        auto found = interruptible(control, [&](RunControl* shared) {
          return shared_objects(log, sources, targets, window_s, max_object_actions, shared);
        });
        return py::make_tuple(as_array(std::move(found.objects)), as_array(std::move(found.pairs)));
      },
      py::arg("log"), py::arg("source"), py::arg("target"), py::kw_only(),
      py::arg("window_s") = defaults.window_s,
      py::arg("max_object_actions") = defaults.max_object_actions, py::arg("control") = nullptr,
      "What given pairs share, whether they were found together or not: objects, pairs of "
      "actions.");
}

}  // namespace lockstep
