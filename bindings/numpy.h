#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lockstep/mapped_array.h"

namespace lockstep {

/// A borrowed one-dimensional array of exactly `T`: TypeError on any other dtype or shape, so
/// that no id is narrowed or rounded on its way in. The caller keeps `object` alive.
template <class T>
std::span<const T> as_span(const pybind11::object& object, const char* name) {
  namespace py = pybind11;
  if (!py::isinstance<py::array_t<T, py::array::c_style>>(object)) {
    throw py::type_error(
        std::string(name) + " must be a contiguous NumPy array of " +
        std::string(py::str(py::dtype::of<T>())) + ", not " +
        std::string(py::str(py::type::of(object).attr("__name__"))) +
        (py::hasattr(object, "dtype") ? " of " + std::string(py::str(object.attr("dtype"))) : ""));
  }
  const auto array = py::reinterpret_borrow<py::array>(object);
  if (array.ndim() != 1) throw py::type_error(std::string(name) + " must have one dimension");
  return {static_cast<const T*>(array.data()), static_cast<std::size_t>(array.size())};
}

/// A read-only view of values that `owner` (a Python object) keeps alive.
template <class T>
pybind11::array view_of(std::span<const T> values, const pybind11::handle& owner) {
  pybind11::array_t<T> array({values.size()}, {sizeof(T)}, values.data(), owner);
  array.attr("setflags")(pybind11::arg("write") = false);
  return array;
}

/// Hands a vector over to Python without a copy, as a read-only array.
template <class T>
pybind11::array as_array(std::vector<T> values) {
  auto kept = std::make_unique<std::vector<T>>(std::move(values));
  const std::span<const T> look(*kept);
  const pybind11::capsule owner(kept.release(),
                                [](void* p) { delete static_cast<std::vector<T>*>(p); });
  return view_of(look, owner);
}

}  // namespace lockstep
