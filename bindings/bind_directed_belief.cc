#include <utility>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/directed_belief.h"
#include "numpy.h"
#include "seeds.h"

namespace py = pybind11;

namespace lockstep {

void bind_directed_belief(py::module_& m) {
  constexpr DirectedBeliefOptions kDefaults;
  m.def(
      "directed_belief",
      [](const Graph& graph, const py::object& vertices, const py::object& residuals,
         double strength, double tolerance, int max_rounds, RunControl* control) {
        const auto beliefs = as_pairs<Belief>({vertices, "vertices"}, {residuals, "residuals"});
        const DirectedBeliefOptions options{strength, tolerance, max_rounds};
        auto found = interruptible(control, [&](RunControl* shared) {
          return directed_belief(graph.both_ways(), beliefs, options, shared);
        });
        return py::make_tuple(as_array(std::move(found.scores)), found.rounds, found.converged);
      },
      py::arg("graph"), py::arg("vertices"), py::arg("residuals"), py::kw_only(),
      py::arg("strength") = kDefaults.strength, py::arg("tolerance") = kDefaults.tolerance,
      py::arg("max_rounds") = kDefaults.max_rounds, py::arg("control") = nullptr,
      "Spread residual beliefs over follows: scores, rounds, whether it converged.");
}

}  // namespace lockstep
