#include <exception>

#include "bindings.h"
#include "lockstep/case_store.h"
#include "lockstep/error.h"

namespace py = pybind11;

namespace lockstep {

void bind_errors(py::module_& m) {
  const auto storage = py::register_exception<StorageError>(m, "StorageError", PyExc_OSError);
  py::register_exception<NotAStore>(m, "NotAStore", storage);
  py::register_exception<StoreLocked>(m, "StoreLocked", storage);
  py::register_exception<StoreVersionError>(m, "StoreVersionError", storage);
  py::register_exception<CorruptData>(m, "CorruptData", PyExc_RuntimeError);
  py::register_exception<CaseConflict>(m, "CaseConflict", PyExc_RuntimeError);
  m.attr("CaseConflict").attr("__doc__") = "Somebody else wrote to a case since it was read.";
  m.attr("StorageError").attr("__doc__") =
      "The environment failed: a path, a permission, a full disk.";
  m.attr("NotAStore").attr("__doc__") = "There is no store at this path, or something else is.";
  m.attr("StoreLocked").attr("__doc__") = "Another process is writing to the store.";
  m.attr("StoreVersionError").attr("__doc__") = "The store was written by a newer program.";
  m.attr("CorruptData").attr("__doc__") =
      "Stored bytes are not what was written, or acknowledged data is missing.";
  py::register_exception_translator([](std::exception_ptr raised) {
    try {
      if (raised) std::rethrow_exception(raised);
    } catch (const InvalidArgument& error) {
      py::set_error(PyExc_ValueError, error.what());
    } catch (const Interrupted& error) {
      py::set_error(PyExc_KeyboardInterrupt, error.what());
    }
  });
}

}  // namespace lockstep
