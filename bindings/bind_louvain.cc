#include <string>

#include "bindings.h"
#include "communities.h"
#include "interruptible.h"
#include "lockstep/algorithms/louvain.h"
#include "lockstep/undirected.h"

namespace py = pybind11;

namespace lockstep {

void bind_louvain(py::module_& m) {
  constexpr LouvainOptions kDefaults;
  m.def(
      "louvain",
      [](const Graph& graph, const std::string& quality, double resolution, std::uint64_t seed,
         int max_rounds, RunControl* control) {
        const LouvainOptions options{quality_named(quality), resolution, seed, max_rounds};
        return interruptible(control, [&](RunControl* shared) {
          return louvain(undirected(graph), options, shared);
        });
      },
      py::arg("graph"), py::kw_only(), py::arg("quality") = "modularity",
      py::arg("resolution") = kDefaults.resolution, py::arg("seed") = kDefaults.seed,
      py::arg("max_rounds") = kDefaults.max_rounds, py::arg("control") = nullptr,
      "Split a graph into communities, which may fall apart.");
}

}  // namespace lockstep
