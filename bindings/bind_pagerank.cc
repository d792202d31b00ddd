#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/pagerank.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_pagerank(py::module_& m) {
  constexpr PropagationOptions kDefaults;
  m.def(
      "pagerank",
      [](const Graph& graph, double damping, double tolerance, int max_rounds,
         RunControl* control) {
        const PropagationOptions options{damping, tolerance, max_rounds};
        return interruptible(control, [&](RunControl* shared) {
          return pagerank(graph.both_ways(), options, shared);
        });
      },
      py::arg("graph"), py::kw_only(), py::arg("damping") = kDefaults.damping,
      py::arg("tolerance") = kDefaults.tolerance, py::arg("max_rounds") = kDefaults.max_rounds,
      py::arg("control") = nullptr,
      "Score every vertex by how often a walk that starts afresh anywhere is there.");
}

}  // namespace lockstep
