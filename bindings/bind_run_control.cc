#include <optional>

#include "bindings.h"
#include "lockstep/parallel.h"
#include "lockstep/run_control.h"

namespace py = pybind11;

namespace lockstep {
namespace {

/// `with ThreadLimit(2):` in Python; the limit lives between enter and exit.
struct PythonThreadLimit {
  int threads = 1;
  std::optional<ThreadLimit> limit;
};

}  // namespace

void bind_run_control(py::module_& m) {
  py::class_<RunControl>(m, "RunControl", "Hands progress out of, and a stop into, a running call.")
      .def(py::init<>())
      .def("cancel", &RunControl::cancel)
      .def_property_readonly("done", &RunControl::done)
      .def_property_readonly("total", &RunControl::total);

  py::class_<PythonThreadLimit>(m, "ThreadLimit",
                                "Context manager that caps the threads of all calls inside it.")
      .def(py::init([](int threads) {
             if (threads < 1) throw py::value_error("threads must be at least 1");
             auto made = std::make_unique<PythonThreadLimit>();
             made->threads = threads;
             return made;
           }),
           py::arg("threads"))
      .def("__enter__",
           [](PythonThreadLimit& self) -> PythonThreadLimit& {
             self.limit.emplace(self.threads);
             return self;
           })
      .def("__exit__", [](PythonThreadLimit& self, const py::args&) { self.limit.reset(); });

  m.def("thread_count", &thread_count, "Threads that a call may use now.");
}

}  // namespace lockstep
