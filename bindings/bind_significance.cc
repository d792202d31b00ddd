#include <utility>
#include <vector>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/coaction.h"
#include "lockstep/algorithms/significance.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_significance(py::module_& m) {
  const auto column = [](auto member) {
    return [member](const py::object& self) {
      return view_of(std::span(self.cast<const SignificanceResult&>().*member), self);
    };
  };
  py::class_<SignificanceResult>(m, "SignificanceResult", "One test a pair, in the pairs' order.")
      .def_property_readonly("expected", column(&SignificanceResult::expected))
      .def_property_readonly("p_value", column(&SignificanceResult::p_value))
      .def_property_readonly("log10_p", column(&SignificanceResult::log10_p))
      .def_readonly("testable", &SignificanceResult::testable);

  m.attr("FDR") = kDefaultFdr;
  const CoactionOptions defaults;
  py::class_<LayerProfile>(m, "LayerProfile", "Activity and crowding of a layer, no pairs.")
      .def_readonly("actions", &LayerProfile::actions)
      .def_property_readonly("activity",
                             [](const py::object& self) {
                               return view_of(std::span(self.cast<const LayerProfile&>().activity),
                                              self);
                             })
      .def_property_readonly("close_pairs",
                             [](const LayerProfile& self) { return close_pairs(self); })
      .def("testable", &testable_pairs, py::arg("min_objects"));
  m.def(
      "layer_profile",
      [](const ActionLog& log, std::int64_t window_s, std::uint64_t max_object_actions) {
        const py::gil_scoped_release release;
        return layer_profile(log, window_s, max_object_actions);
      },
      py::arg("log"), py::kw_only(), py::arg("window_s") = defaults.window_s,
      py::arg("max_object_actions") = defaults.max_object_actions,
      "Measure what the null test needs to know of a layer, in one pass.");
  m.def(
      "significance",
      [](const ActionLog& log, const py::object& source, const py::object& target,
         const py::object& objects, std::int64_t window_s, std::uint32_t min_objects,
         std::uint64_t max_object_actions, RunControl* control) {
        const auto sources = as_span<AccountId>(source, "source");
        const auto targets = as_span<AccountId>(target, "target");
        const auto counts = as_span<std::uint32_t>(objects, "objects");
        return interruptible(control, [&](RunControl* shared) {
          return significance(sources, targets, counts,
                              layer_profile(log, window_s, max_object_actions), min_objects,
                              shared);
        });
      },
      py::arg("log"), py::arg("source"), py::arg("target"), py::arg("objects"), py::kw_only(),
      py::arg("window_s") = defaults.window_s, py::arg("min_objects") = defaults.min_objects,
      py::arg("max_object_actions") = defaults.max_object_actions, py::arg("control") = nullptr,
      "Test each pair against the chance of two accounts so active, on objects so popular.");
  m.def(
      "log10_poisson_tail",
      [](const py::object& objects, const py::object& expected) {
        const auto counts = as_span<std::uint32_t>(objects, "objects");
        const auto means = as_span<double>(expected, "expected");
        if (counts.size() != means.size()) {
          throw InvalidArgument("objects and expected have different lengths");
        }
        std::vector<double> tail(counts.size());
        const py::gil_scoped_release release;
        parallel_for(tail.size(), 1 << 12, [&](std::size_t begin, std::size_t end) {
          for (; begin < end; ++begin) {
            tail[begin] = log10_poisson_upper_tail(counts[begin], means[begin]);
          }
        });
        const py::gil_scoped_acquire again;
        return as_array(std::move(tail));
      },
      py::arg("objects"), py::arg("expected"), "log10 P(Poisson(expected) >= objects) of each.");
  m.def(
      "benjamini_hochberg",
      [](const py::object& log10_p, std::uint64_t tests) {
        return as_array(benjamini_hochberg(as_span<double>(log10_p, "log10_p"), tests));
      },
      py::arg("log10_p"), py::arg("tests"), "q-values of log10 p-values among `tests` hypotheses.");
}

}  // namespace lockstep
