#include <utility>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/bipartite_core.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_bipartite_core(py::module_& m) {
  constexpr BipartiteCoreOptions kDefaults;
  m.attr("MIN_ACCOUNTS") = kDefaults.min_accounts;
  m.def(
      "bipartite_core",
      [](const Graph& graph, VertexId accounts, VertexId min_accounts, RunControl* control) {
        auto found = interruptible(control, [&](RunControl* shared) {
          return bipartite_core(bipartite(graph, accounts), {min_accounts}, shared);
        });
        return py::make_tuple(as_array(std::move(found.core)), found.largest);
      },
      py::arg("graph"), py::arg("accounts"), py::kw_only(),
      py::arg("min_accounts") = kDefaults.min_accounts, py::arg("control") = nullptr,
      "Find the largest alpha whose core holds each vertex, and the largest of all.");
}

}  // namespace lockstep
