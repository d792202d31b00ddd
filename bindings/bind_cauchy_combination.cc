#include "bindings.h"
#include "lockstep/algorithms/cauchy_combination.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_cauchy_combination(py::module_& m) {
  m.def(
      "cauchy_combination",
      [](const py::object& pair, const py::object& log10_p, const py::object& layers) {
        return as_array(cauchy_combination(as_span<std::uint64_t>(pair, "pair"),
                                           as_span<double>(log10_p, "log10_p"),
                                           as_span<std::uint32_t>(layers, "layers")));
      },
      py::arg("pair"), py::arg("log10_p"), py::arg("layers"),
      "log10 of one p-value for each pair, from its tests in several layers.");
}

}  // namespace lockstep
