#include <string>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/significant_coaction.h"

namespace py = pybind11;

namespace lockstep {

void bind_significant_coaction(py::module_& m) {
  py::class_<SignificantPairs>(m, "SignificantPairs", "Pairs that pass the test, and their tests.")
      .def_readonly("kept", &SignificantPairs::kept)
      .def_readonly("tests", &SignificantPairs::tests)
      .def_readonly("pairs", &SignificantPairs::pairs);

  const CoactionOptions defaults;
  m.def(
      "significant_coaction",
      [](const ActionLog& log, const LayerProfile& profile, double level, std::int64_t window_s,
         std::uint32_t min_objects, std::uint64_t max_object_actions, std::uint64_t memory_bytes,
         const std::string& spill_folder, RunControl* control) {
        const CoactionOptions options{window_s, min_objects, max_object_actions, memory_bytes,
                                      spill_folder};
        return interruptible(control, [&](RunControl* shared) {
          return significant_coaction(log, profile, level, options, shared);
        });
      },
      py::arg("log"), py::arg("profile"), py::arg("level"), py::kw_only(),
      py::arg("window_s") = defaults.window_s, py::arg("min_objects") = defaults.min_objects,
      py::arg("max_object_actions") = defaults.max_object_actions,
      py::arg("memory_bytes") = defaults.memory_bytes,
      py::arg("spill_folder") = defaults.spill_folder, py::arg("control") = nullptr,
      "Project a log and keep only the pairs whose p-value is at most `level`.");
  m.def("hopeful_level", &hopeful_level, py::arg("fdr"), py::arg("most_pairs"), py::arg("tests"),
        "A level that no pair can pass by and yet have a q-value of at most `fdr`.");
}

}  // namespace lockstep
