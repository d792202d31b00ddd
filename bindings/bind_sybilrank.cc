#include <utility>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/sybilrank.h"
#include "lockstep/undirected.h"
#include "numpy.h"
#include "seeds.h"

namespace py = pybind11;

namespace lockstep {

void bind_sybilrank(py::module_& m) {
  constexpr SybilRankOptions kDefaults;
  m.attr("LOG_BASE") = kDefaults.log_base;
  m.def(
      "sybilrank",
      [](const Graph& graph, const py::object& seeds, const py::object& weights, double log_base,
         RunControl* control) {
        const auto trusted = as_seeds(seeds, weights);
        auto found = interruptible(control, [&](RunControl* shared) {
          return sybilrank(undirected(graph), trusted, {log_base}, shared);
        });
        return py::make_tuple(as_array(std::move(found.scores)), found.rounds);
      },
      py::arg("graph"), py::arg("seeds"), py::arg("weights"), py::kw_only(),
      py::arg("log_base") = kDefaults.log_base, py::arg("control") = nullptr,
      "Score vertices by how little trust reaches them: scores and rounds.");
}

}  // namespace lockstep
