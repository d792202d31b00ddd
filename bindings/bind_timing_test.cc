#include <pybind11/stl.h>

#include <utility>
#include <vector>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/timing_test.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_timing_test(py::module_& m) {
  const auto column = [](auto member) {
    return [member](const py::object& self) {
      return view_of(std::span(self.cast<const TimingResult&>().*member), self);
    };
  };
  py::class_<TimingResult>(m, "TimingResult", "One test a pair, in the pairs' order.")
      .def_property_readonly("common", column(&TimingResult::common))
      .def_property_readonly("met", column(&TimingResult::met))
      .def_property_readonly("expected", column(&TimingResult::expected))
      .def_property_readonly("p_value", column(&TimingResult::p_value))
      .def_property_readonly("log10_p", column(&TimingResult::log10_p))
      .def_readonly("testable", &TimingResult::testable);

  const TimingOptions defaults;
  m.attr("HORIZON_S") = defaults.horizon_s;
  m.attr("SHRINKAGE") = defaults.shrinkage;
  m.attr("LOCKSTEP_SHARE") = defaults.lockstep_share;
  m.def(
      "timing_test",
      [](const std::vector<const ActionLog*>& layers, const py::object& source,
         const py::object& target, std::int64_t window_s, std::int64_t horizon_s,
         std::vector<std::int64_t> layer_windows_s, std::uint32_t min_objects,
         std::uint64_t max_object_actions, double shrinkage, double lockstep_share,
         std::uint64_t seed, RunControl* control) {
        const auto sources = as_span<AccountId>(source, "source");
        const auto targets = as_span<AccountId>(target, "target");
        const TimingOptions options{window_s,
                                    horizon_s,
                                    min_objects,
                                    max_object_actions,
                                    shrinkage,
                                    seed,
                                    std::move(layer_windows_s),
                                    lockstep_share};
        return interruptible(control, [&](RunControl* shared) {
          return timing_test(layers, sources, targets, options, shared);
        });
      },
      py::arg("layers"), py::arg("source"), py::arg("target"), py::kw_only(),
      py::arg("window_s") = defaults.window_s, py::arg("horizon_s") = defaults.horizon_s,
      py::arg("layer_windows_s") = std::vector<std::int64_t>(),
      py::arg("min_objects") = defaults.min_objects,
      py::arg("max_object_actions") = defaults.max_object_actions,
      py::arg("shrinkage") = defaults.shrinkage,
      py::arg("lockstep_share") = defaults.lockstep_share, py::arg("seed") = defaults.seed,
      py::arg("control") = nullptr,
      "Test whether pairs meet more often than others who share their objects would.");
}

}  // namespace lockstep
