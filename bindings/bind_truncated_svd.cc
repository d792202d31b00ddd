#include <utility>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/truncated_svd.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_truncated_svd(py::module_& m) {
  constexpr SpectralOptions kDefaults;
  m.def(
      "truncated_svd",
      [](const Graph& graph, int dimensions, double tolerance, int max_rounds, std::uint64_t seed,
         RunControl* control) {
        const SpectralOptions options{dimensions, tolerance, max_rounds, seed};
        auto found = interruptible(control, [&](RunControl* shared) {
          return truncated_svd(graph.both_ways(), options, shared);
        });
        return py::make_tuple(as_array(std::move(found.values)), as_array(std::move(found.left)),
                              as_array(std::move(found.right)), found.converged);
      },
      py::arg("graph"), py::kw_only(), py::arg("dimensions") = kDefaults.dimensions,
      py::arg("tolerance") = kDefaults.tolerance, py::arg("max_rounds") = kDefaults.max_rounds,
      py::arg("seed") = kDefaults.seed, py::arg("control") = nullptr,
      "Find the largest singular values: they, left and right vectors, and whether it converged.");
}

}  // namespace lockstep
