#include <string>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/leiden.h"
#include "lockstep/error.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {
namespace {

Quality quality_named(const std::string& name) {
  if (name == "modularity") return Quality::kModularity;
  if (name == "cpm") return Quality::kCpm;
  throw InvalidArgument("quality is '" + name + "'; give 'modularity' or 'cpm'");
}

}  // namespace

void bind_leiden(py::module_& m) {
  py::class_<LeidenResult>(m, "LeidenResult")
      .def_property_readonly("community",
                             [](const py::object& self) {
                               return view_of(std::span(self.cast<const LeidenResult&>().community),
                                              self);
                             })
      .def_readonly("communities", &LeidenResult::communities)
      .def_readonly("quality", &LeidenResult::quality)
      .def_readonly("rounds", &LeidenResult::rounds)
      .def_readonly("converged", &LeidenResult::converged);

  constexpr LeidenOptions kDefaults;
  m.attr("RESOLUTION") = kDefaults.resolution;
  m.attr("SEED") = kDefaults.seed;
  m.def(
      "leiden",
      [](const Graph& graph, const std::string& quality, double resolution, double randomness,
         std::uint64_t seed, int max_rounds, RunControl* control) {
        const LeidenOptions options{quality_named(quality), resolution, randomness, seed,
                                    max_rounds};
        return interruptible(
            control, [&](RunControl* shared) { return leiden(graph.view(), options, shared); });
      },
      py::arg("graph"), py::kw_only(), py::arg("quality") = "modularity",
      py::arg("resolution") = kDefaults.resolution, py::arg("randomness") = kDefaults.randomness,
      py::arg("seed") = kDefaults.seed, py::arg("max_rounds") = kDefaults.max_rounds,
      py::arg("control") = nullptr, "Split a graph into communities, each of them connected.");
}

}  // namespace lockstep
