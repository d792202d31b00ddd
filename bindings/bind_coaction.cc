#include <pybind11/stl.h>

#include <string>
#include <utility>
#include <vector>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/coaction.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_coaction(py::module_& m) {
  const auto column = [](auto member) {
    return [member](const py::object& self) {
      return view_of((self.cast<const CoactionResult&>().*member).view(), self);
    };
  };
  py::class_<CoactionResult>(m, "CoactionResult", "Account pairs in (source, target) order.")
      .def_property_readonly("source", column(&CoactionResult::source))
      .def_property_readonly("target", column(&CoactionResult::target))
      .def_property_readonly("objects", column(&CoactionResult::objects))
      .def_property_readonly("pairs", column(&CoactionResult::pairs))
      .def_readonly("pair_instances", &CoactionResult::pair_instances)
      .def_property_readonly("left_out",
                             [](const CoactionResult& self) {
                               std::vector<ObjectId> object;
                               std::vector<std::uint64_t> actions;
                               for (const LeftOut& popular : self.left_out) {
                                 object.push_back(popular.object);
                                 actions.push_back(popular.actions);
                               }
                               return py::make_tuple(as_array(std::move(object)),
                                                     as_array(std::move(actions)));
                             })
      .def_readonly("spilled", &CoactionResult::spilled);

  const CoactionOptions defaults;
  m.attr("WINDOW_S") = defaults.window_s;
  m.attr("MIN_OBJECTS") = defaults.min_objects;
  m.attr("MAX_OBJECT_ACTIONS") = defaults.max_object_actions;
  m.attr("MEMORY_BYTES") = defaults.memory_bytes;
  m.def(
      "coaction",
      [](const ActionLog& log, std::int64_t window_s, std::uint32_t min_objects,
         std::uint64_t max_object_actions, std::uint64_t memory_bytes,
         const std::string& spill_folder, RunControl* control) {
        const CoactionOptions options{window_s, min_objects, max_object_actions, memory_bytes,
                                      spill_folder};
        return interruptible(control,
                             [&](RunControl* shared) { return coaction(log, options, shared); });
      },
      py::arg("log"), py::kw_only(), py::arg("window_s") = defaults.window_s,
      py::arg("min_objects") = defaults.min_objects,
      py::arg("max_object_actions") = defaults.max_object_actions,
      py::arg("memory_bytes") = defaults.memory_bytes,
      py::arg("spill_folder") = defaults.spill_folder, py::arg("control") = nullptr,
      "Project a log of actions onto pairs of accounts that act on the same objects together.");
}

}  // namespace lockstep
