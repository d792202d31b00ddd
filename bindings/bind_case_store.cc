#include <pybind11/stl.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
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

std::chrono::milliseconds as_milliseconds(double seconds) {
  if (!(seconds >= 0.0 && seconds <= 3600.0)) {
    throw InvalidArgument("wait_s is " + std::to_string(seconds) + "; give 0 to 3600 seconds");
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000.0));
}

py::dict as_dict(const CaseEntry& entry) {
  return py::dict(py::arg("case_id") = entry.case_id, py::arg("version") = entry.version,
                  py::arg("time_s") = entry.time_s, py::arg("actor") = entry.actor,
                  py::arg("kind") = entry.kind, py::arg("value") = entry.value,
                  py::arg("note") = entry.note, py::arg("refers_to") = entry.refers_to,
                  py::arg("run_id") = entry.run_id, py::arg("cluster_id") = entry.cluster_id,
                  py::arg("members") = entry.members);
}

}  // namespace

void bind_case_store(py::module_& m) {
  py::class_<PythonCaseStore>(m, "CaseStore", "Labels, decisions and their audit.")
      .def(py::init([](const std::string& store_path, bool write, double wait_s) {
             const auto wait = as_milliseconds(wait_s);
             auto made = std::make_unique<PythonCaseStore>();
             py::gil_scoped_release release;
             made->value.emplace(
                 CaseStore::open(store_path, write ? StoreMode::kWrite : StoreMode::kRead, wait));
             return made;
           }),
           py::arg("store_path"), py::kw_only(), py::arg("write") = false, py::arg("wait_s") = 0.0)
      .def("close", [](PythonCaseStore& self) { self.value.reset(); })
      .def("store_uuid", [](PythonCaseStore& self) { return self.get().store_uuid(); })
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
      .def(
          "append_case_entry",
          [](PythonCaseStore& self, std::uint64_t case_id, std::uint64_t expected_version,
             const std::string& actor, const std::string& kind, TimeS now_s,
             const std::string& value, const std::string& note, std::uint64_t refers_to,
             const std::string& run_id, const std::string& cluster_id,
             const std::vector<std::string>& members) {
            CaseEntry entry{.case_id = case_id,
                            .time_s = now_s,
                            .actor = actor,
                            .kind = kind,
                            .value = value,
                            .note = note,
                            .refers_to = refers_to,
                            .run_id = run_id,
                            .cluster_id = cluster_id,
                            .members = members};
            auto& store = self.get();
            {
              py::gil_scoped_release release;
              entry = store.append_case_entry(std::move(entry), expected_version);
            }
            return as_dict(entry);
          },
          py::arg("case_id"), py::kw_only(), py::arg("expected_version"), py::arg("actor"),
          py::arg("kind"), py::arg("now_s"), py::arg("value") = "", py::arg("note") = "",
          py::arg("refers_to") = 0, py::arg("run_id") = "", py::arg("cluster_id") = "",
          py::arg("members") = std::vector<std::string>{})
      .def("case_entries",
           [](PythonCaseStore& self) {
             py::list entries;
             for (const auto& entry : self.get().case_entries()) entries.append(as_dict(entry));
             return entries;
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
