#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "bindings.h"
#include "lockstep/case_store.h"
#include "lockstep/error.h"

namespace py = pybind11;

namespace lockstep {
namespace {

using LabelTuple = std::tuple<std::string, std::string, std::string, double, TimeS>;
using EntryTuple =
    std::tuple<std::string, std::string, std::string, TimeS, std::string, std::string>;

struct PythonCaseStore {
  std::optional<CaseStore> value;

  CaseStore& get() {
    if (!value) throw StorageError("the store is closed; open it again");
    return *value;
  }
};

}  // namespace

void bind_case_store(py::module_& m) {
  py::class_<PythonCaseStore>(m, "CaseStore", "Labels, decisions and their audit.")
      .def(py::init([](const std::string& store_path, bool write) {
             auto made = std::make_unique<PythonCaseStore>();
             made->value.emplace(
                 CaseStore::open(store_path, write ? StoreMode::kWrite : StoreMode::kRead));
             return made;
           }),
           py::arg("store_path"), py::kw_only(), py::arg("write") = false)
      .def("close", [](PythonCaseStore& self) { self.value.reset(); })
      .def(
          "append_labels",
          [](PythonCaseStore& self, const std::vector<LabelTuple>& labels,
             const std::string& content_hash, const std::string& actor, TimeS now_s) {
            std::vector<Label> added;
            for (const auto& [account, label, source, confidence, time_s] : labels) {
              added.push_back({account, label, source, confidence, time_s});
            }
            return self.get().append_labels(added, content_hash, actor, now_s);
          },
          py::arg("labels"), py::kw_only(), py::arg("content_hash"), py::arg("actor"),
          py::arg("now_s"))
      .def(
          "append_ledger",
          [](PythonCaseStore& self, const std::vector<EntryTuple>& entries,
             const std::string& content_hash, const std::string& actor, TimeS now_s) {
            std::vector<Label> added;
            for (const auto& [account, event, source, time_s, wave, reason] : entries) {
              added.push_back({account, event, source, 1.0, time_s, wave, reason});
            }
            return self.get().append_labels(added, content_hash, actor, now_s);
          },
          py::arg("entries"), py::kw_only(), py::arg("content_hash"), py::arg("actor"),
          py::arg("now_s"))
      .def(
          "append_note",
          [](PythonCaseStore& self, const std::string& action, const std::string& detail,
             const std::string& content_hash, const std::string& actor, TimeS now_s) {
            return self.get().append_note(action, detail, content_hash, actor, now_s);
          },
          py::kw_only(), py::arg("action"), py::arg("detail"), py::arg("content_hash"),
          py::arg("actor"), py::arg("now_s"))
      .def("ledger",
           [](PythonCaseStore& self) {
             std::vector<EntryTuple> entries;
             for (const auto& l : self.get().labels()) {
               entries.emplace_back(l.account, l.label, l.source, l.time_s, l.wave, l.reason);
             }
             return entries;
           })
      .def("labels",
           [](PythonCaseStore& self) {
             std::vector<LabelTuple> labels;
             for (const auto& l : self.get().labels()) {
               labels.emplace_back(l.account, l.label, l.source, l.confidence, l.time_s);
             }
             return labels;
           })
      .def("audit",
           [](PythonCaseStore& self) {
             py::list entries;
             for (const auto& e : self.get().audit()) {
               entries.append(py::dict(py::arg("sequence") = e.sequence,
                                       py::arg("time_s") = e.time_s, py::arg("actor") = e.actor,
                                       py::arg("action") = e.action, py::arg("detail") = e.detail,
                                       py::arg("hash") = e.hash));
             }
             return entries;
           })
      .def("verify_audit", [](PythonCaseStore& self) { return self.get().verify_audit(); });
}

}  // namespace lockstep
