#include "bindings.h"
#include "lockstep/action_log.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_action_log(py::module_& m) {
  py::class_<ActionLog>(m, "ActionLog",
                        "Actions of one layer, sorted by (object, time, account). Immutable.")
      .def(py::init([](const py::object& account, const py::object& object,
                       const py::object& time_s, std::uint32_t account_count) {
             const auto accounts = as_span<AccountId>(account, "account");
             const auto objects = as_span<ObjectId>(object, "object");
             const auto times = as_span<TimeS>(time_s, "time_s");
             const py::gil_scoped_release release;
             return ActionLog::from_columns(accounts, objects, times, account_count);
           }),
           py::arg("account"), py::arg("object"), py::arg("time_s"), py::kw_only(),
           py::arg("account_count"))
      .def("__len__", &ActionLog::size)
      .def_property_readonly("account_count", &ActionLog::account_count)
      .def_property_readonly("object_count", &ActionLog::object_count)
      .def_property_readonly("accounts",
                             [](const py::object& self) {
                               return view_of(self.cast<const ActionLog&>().accounts(), self);
                             })
      .def_property_readonly("times",
                             [](const py::object& self) {
                               return view_of(self.cast<const ActionLog&>().times(), self);
                             })
      .def_property_readonly("objects",
                             [](const py::object& self) {
                               return view_of(self.cast<const ActionLog&>().objects(), self);
                             })
      .def_property_readonly("offsets", [](const py::object& self) {
        return view_of(self.cast<const ActionLog&>().offsets(), self);
      });
}

}  // namespace lockstep
