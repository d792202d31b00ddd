#include <pybind11/stl.h>

#include <utility>
#include <vector>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/explaining_paths.h"
#include "lockstep/algorithms/propagation.h"
#include "lockstep/undirected.h"
#include "numpy.h"
#include "seeds.h"

namespace py = pybind11;

namespace lockstep {
namespace {

void bind_explaining_paths(py::module_& m) {
  m.def(
      "explaining_paths",
      [](const Graph& graph, const py::object& seeds, const py::object& weights,
         const py::object& targets, double damping, RunControl* control) {
        const auto from = as_seeds(seeds, weights);
        const auto wanted = as_span<VertexId>(targets, "targets");
        auto found = interruptible(control, [&](RunControl* shared) {
          return explaining_paths(undirected(graph), from, wanted, damping, shared);
        });
        std::vector<std::pair<std::vector<VertexId>, double>> paths;
        for (auto& path : found) paths.emplace_back(std::move(path.vertices), path.probability);
        return paths;
      },
      py::arg("graph"), py::arg("seeds"), py::arg("weights"), py::arg("targets"), py::kw_only(),
      py::arg("damping") = PropagationOptions{}.damping, py::arg("control") = nullptr,
      "Find the most probable walk from any seed to each target, with its probability.");
}

}  // namespace

void bind_propagation(py::module_& m) {
  py::class_<PropagationResult>(m, "PropagationResult")
      .def_property_readonly("scores",
                             [](const py::object& self) {
                               return view_of(
                                   std::span(self.cast<const PropagationResult&>().scores), self);
                             })
      .def_readonly("rounds", &PropagationResult::rounds)
      .def_readonly("converged", &PropagationResult::converged);

  constexpr PropagationOptions kDefaults;
  m.attr("DAMPING") = kDefaults.damping;
  m.attr("SCORE_TOLERANCE") = kDefaults.tolerance;
  m.attr("SCORE_ROUNDS") = kDefaults.max_rounds;
  m.def(
      "propagation",
      [](const Graph& graph, const py::object& seeds, const py::object& weights, double damping,
         double tolerance, int max_rounds, RunControl* control) {
        const auto from = as_seeds(seeds, weights);
        const PropagationOptions options{damping, tolerance, max_rounds};
        return interruptible(control, [&](RunControl* shared) {
          return propagation(graph.both_ways(), from, options, shared);
        });
      },
      py::arg("graph"), py::arg("seeds"), py::arg("weights"), py::kw_only(),
      py::arg("damping") = kDefaults.damping, py::arg("tolerance") = kDefaults.tolerance,
      py::arg("max_rounds") = kDefaults.max_rounds, py::arg("control") = nullptr,
      "Score every vertex by how readily a walk from the seeds reaches it.");
  bind_explaining_paths(m);
}

}  // namespace lockstep
