#include <utility>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/forward_push.h"
#include "lockstep/undirected.h"
#include "numpy.h"
#include "seeds.h"

namespace py = pybind11;

namespace lockstep {

void bind_forward_push(py::module_& m) {
  constexpr ForwardPushOptions kDefaults;
  m.attr("EPSILON") = kDefaults.epsilon;
  m.def(
      "forward_push",
      [](const Graph& graph, const py::object& seeds, const py::object& weights, double damping,
         double epsilon, RunControl* control) {
        const auto from = as_seeds(seeds, weights);
        auto found = interruptible(control, [&](RunControl* shared) {
          return forward_push(undirected(graph), from, {damping, epsilon}, shared);
        });
        return py::make_tuple(as_array(std::move(found.vertices)),
                              as_array(std::move(found.scores)));
      },
      py::arg("graph"), py::arg("seeds"), py::arg("weights"), py::kw_only(),
      py::arg("damping") = kDefaults.damping, py::arg("epsilon") = kDefaults.epsilon,
      py::arg("control") = nullptr, "Score the vertices near the seeds: which, and their scores.");
}

}  // namespace lockstep
