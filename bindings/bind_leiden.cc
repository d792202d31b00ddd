#include <string>

#include "bindings.h"
#include "communities.h"
#include "interruptible.h"
#include "lockstep/algorithms/leiden.h"
#include "lockstep/undirected.h"

namespace py = pybind11;

namespace lockstep {

void bind_leiden(py::module_& m) {
  constexpr LeidenOptions kDefaults;
  m.attr("RESOLUTION") = kDefaults.resolution;
  m.attr("SEED") = kDefaults.seed;
  m.def(
      "leiden",
      [](const Graph& graph, const std::string& quality, double resolution, double randomness,
         std::uint64_t seed, int max_rounds, RunControl* control) {
        const LeidenOptions options{quality_named(quality), resolution, randomness, seed,
                                    max_rounds};
        return interruptible(control, [&](RunControl* shared) {
          return leiden(undirected(graph), options, shared);
        });
      },
      py::arg("graph"), py::kw_only(), py::arg("quality") = "modularity",
      py::arg("resolution") = kDefaults.resolution, py::arg("randomness") = kDefaults.randomness,
      py::arg("seed") = kDefaults.seed, py::arg("max_rounds") = kDefaults.max_rounds,
      py::arg("control") = nullptr, "Split a graph into communities, each of them connected.");
}

}  // namespace lockstep
