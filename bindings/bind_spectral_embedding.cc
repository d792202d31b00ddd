#include <utility>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/spectral_embedding.h"
#include "lockstep/undirected.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_spectral_embedding(py::module_& m) {
  constexpr SpectralOptions kDefaults;
  m.attr("DIMENSIONS") = kDefaults.dimensions;
  m.attr("SPECTRAL_TOLERANCE") = kDefaults.tolerance;
  m.attr("SPECTRAL_ROUNDS") = kDefaults.max_rounds;
  m.def(
      "spectral_embedding",
      [](const Graph& graph, int dimensions, double tolerance, int max_rounds, std::uint64_t seed,
         RunControl* control) {
        const SpectralOptions options{dimensions, tolerance, max_rounds, seed};
        auto found = interruptible(control, [&](RunControl* shared) {
          return spectral_embedding(undirected(graph), options, shared);
        });
        return py::make_tuple(as_array(std::move(found.values)), as_array(std::move(found.vectors)),
                              found.converged);
      },
      py::arg("graph"), py::kw_only(), py::arg("dimensions") = kDefaults.dimensions,
      py::arg("tolerance") = kDefaults.tolerance, py::arg("max_rounds") = kDefaults.max_rounds,
      py::arg("seed") = kDefaults.seed, py::arg("control") = nullptr,
      "Place every vertex: eigenvalues, a row of numbers a vertex, and whether it converged.");
}

}  // namespace lockstep
