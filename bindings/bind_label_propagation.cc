#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/label_propagation.h"
#include "lockstep/undirected.h"

namespace py = pybind11;

namespace lockstep {

void bind_label_propagation(py::module_& m) {
  constexpr LabelPropagationOptions kDefaults;
  m.def(
      "label_propagation",
      [](const Graph& graph, double tolerance, std::uint64_t seed, int max_rounds,
         RunControl* control) {
        const LabelPropagationOptions options{tolerance, seed, max_rounds};
        return interruptible(control, [&](RunControl* shared) {
          return label_propagation(undirected(graph), options, shared);
        });
      },
      py::arg("graph"), py::kw_only(), py::arg("tolerance") = kDefaults.tolerance,
      py::arg("seed") = kDefaults.seed, py::arg("max_rounds") = kDefaults.max_rounds,
      py::arg("control") = nullptr, "Split a graph into communities by votes of neighbours.");
}

}  // namespace lockstep
