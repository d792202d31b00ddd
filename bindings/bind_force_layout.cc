#include <utility>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/force_layout.h"
#include "lockstep/undirected.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_force_layout(py::module_& m) {
  constexpr ForceLayoutOptions kDefaults;
  m.attr("LAYOUT_ITERATIONS") = kDefaults.iterations;
  m.attr("LAYOUT_THETA") = kDefaults.theta;
  m.attr("LAYOUT_GRAVITY") = kDefaults.gravity;
  m.def(
      "force_layout",
      [](const Graph& graph, const py::object& vertices, const py::object& x, const py::object& y,
         int iterations, double theta, double gravity, bool lin_log, std::uint64_t seed,
         RunControl* control) {
        const ForceLayoutOptions options{iterations, theta, gravity, lin_log, seed};
        const ForceLayoutStart start{as_span<VertexId>(vertices, "vertices"),
                                     as_span<double>(x, "x"), as_span<double>(y, "y")};
        auto found = interruptible(control, [&](RunControl* shared) {
          return force_layout(undirected(graph), options, start, shared);
        });
        return py::make_tuple(as_array(std::move(found.x)), as_array(std::move(found.y)));
      },
      py::arg("graph"), py::arg("vertices"), py::arg("x"), py::arg("y"), py::kw_only(),
      py::arg("iterations") = kDefaults.iterations, py::arg("theta") = kDefaults.theta,
      py::arg("gravity") = kDefaults.gravity, py::arg("lin_log") = kDefaults.lin_log,
      py::arg("seed") = kDefaults.seed, py::arg("control") = nullptr,
      "Place every vertex in the unit square; `vertices` start from `x` and `y`.");
}

}  // namespace lockstep
