#include <string>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/stratified_significance.h"
#include "lockstep/error.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {
namespace {

Strata as_strata(const std::string& name) {
  if (name == "day") return Strata::kDay;
  if (name == "hour_of_week") return Strata::kHourOfWeek;
  throw InvalidArgument("strata is '" + name + "'; give 'day' or 'hour_of_week'");
}

}  // namespace

void bind_stratified_significance(py::module_& m) {
  constexpr StratifiedOptions kDefaults;
  m.def(
      "stratified_significance",
      [](const ActionLog& log, const py::object& source, const py::object& target,
         const py::object& objects, const std::string& strata, std::int64_t window_s,
         std::uint32_t min_objects, std::uint64_t max_object_actions, RunControl* control) {
        const auto sources = as_span<AccountId>(source, "source");
        const auto targets = as_span<AccountId>(target, "target");
        const auto counts = as_span<std::uint32_t>(objects, "objects");
        const StratifiedOptions options{as_strata(strata), window_s, min_objects,
                                        max_object_actions};
        return interruptible(control, [&](RunControl* shared) {
          return stratified_significance(log, sources, targets, counts, options, shared);
        });
      },
      py::arg("log"), py::arg("source"), py::arg("target"), py::arg("objects"), py::kw_only(),
      py::arg("strata"), py::arg("window_s") = kDefaults.window_s,
      py::arg("min_objects") = kDefaults.min_objects,
      py::arg("max_object_actions") = kDefaults.max_object_actions, py::arg("control") = nullptr,
      "Test each pair against the chance of two accounts so active in the same strata.");
}

}  // namespace lockstep
