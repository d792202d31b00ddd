#include <string>
#include <utility>
#include <vector>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/linear_belief.h"
#include "lockstep/error.h"
#include "numpy.h"
#include "undirected.h"

namespace py = pybind11;

namespace lockstep {
namespace {

Coupling as_coupling(const std::string& name) {
  if (name == "uniform") return Coupling::kUniform;
  if (name == "receiver") return Coupling::kReceiver;
  if (name == "sender") return Coupling::kSender;
  throw InvalidArgument("coupling is '" + name + "'; give 'uniform', 'receiver' or 'sender'");
}

std::vector<Belief> as_beliefs(const py::object& vertices, const py::object& residuals) {
  const auto vertex = as_span<VertexId>(vertices, "vertices");
  const auto residual = as_span<double>(residuals, "residuals");
  if (vertex.size() != residual.size()) {
    throw InvalidArgument("vertices and residuals have different lengths");
  }
  std::vector<Belief> beliefs;
  for (std::size_t i = 0; i < vertex.size(); ++i) beliefs.push_back({vertex[i], residual[i]});
  return beliefs;
}

}  // namespace

void bind_linear_belief(py::module_& m) {
  constexpr LinearBeliefOptions kDefaults;
  m.attr("STRENGTH") = kDefaults.strength;
  m.attr("BELIEF_ROUNDS") = kDefaults.max_rounds;
  m.def(
      "linear_belief",
      [](const Graph& graph, const py::object& vertices, const py::object& residuals,
         const std::string& coupling, double strength, double tolerance, int max_rounds,
         RunControl* control) {
        const auto beliefs = as_beliefs(vertices, residuals);
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
