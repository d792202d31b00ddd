#include <string>
#include <utility>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/linear_belief.h"
#include "lockstep/error.h"
#include "lockstep/undirected.h"
#include "numpy.h"
#include "seeds.h"

namespace py = pybind11;

namespace lockstep {
namespace {

Coupling as_coupling(const std::string& name) {
  if (name == "uniform") return Coupling::kUniform;
  if (name == "receiver") return Coupling::kReceiver;
  if (name == "sender") return Coupling::kSender;
  throw InvalidArgument("coupling is '" + name + "'; give 'uniform', 'receiver' or 'sender'");
}

}  // namespace

void bind_linear_belief(py::module_& m) {
  constexpr LinearBeliefOptions kDefaults;
  m.attr("STRENGTH") = kDefaults.strength;
  m.def(
      "linear_belief",
      [](const Graph& graph, const py::object& vertices, const py::object& residuals,
         const std::string& coupling, double strength, double tolerance, int max_rounds,
         RunControl* control) {
        const auto beliefs = as_pairs<Belief>({vertices, "vertices"}, {residuals, "residuals"});
        const LinearBeliefOptions options{as_coupling(coupling), strength, tolerance, max_rounds};
        auto found = interruptible(control, [&](RunControl* shared) {
          return linear_belief(undirected(graph), beliefs, options, shared);
        });
        return py::make_tuple(as_array(std::move(found.scores)), found.spectral_radius,
                              found.rounds, found.converged);
      },
      py::arg("graph"), py::arg("vertices"), py::arg("residuals"), py::kw_only(),
      py::arg("coupling") = "sender", py::arg("strength") = kDefaults.strength,
      py::arg("tolerance") = kDefaults.tolerance, py::arg("max_rounds") = kDefaults.max_rounds,
      py::arg("control") = nullptr,
      "Spread residual beliefs: scores, spectral radius, rounds, whether it converged.");
}

}  // namespace lockstep
