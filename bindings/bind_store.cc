#include <pybind11/stl.h>

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/error.h"
#include "lockstep/store.h"
#include "lockstep/store_graph.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {
namespace {

constexpr TimeS kEarliest = std::numeric_limits<TimeS>::min();
constexpr TimeS kLatest = std::numeric_limits<TimeS>::max();

/// A C++ object that Python may close before it lets go of it, and while another thread is in a
/// call: that one ends first. Call `get` with the GIL held.
template <class T>
struct Closable {
  std::shared_ptr<T> value;

  std::shared_ptr<T> get() const {
    if (!value) throw StorageError("the store is closed; open it again");
    return value;
  }
};

using PythonStore = Closable<Store>;
using PythonJob = Closable<IngestJob>;

/// Runs `work(store)` with the GIL free.
template <class Work>
auto released(const PythonStore& store, const Work& work) {
  const auto opened = store.get();
  const py::gil_scoped_release release;
  return work(*opened);
}

/// int64 numbers, or (offsets, text) as Arrow's large_string has them.
IdColumn as_ids(const py::object& ids, const char* name) {
  if (!py::isinstance<py::tuple>(ids)) return {as_span<std::int64_t>(ids, name), {}, {}};
  const auto parts = py::reinterpret_borrow<py::tuple>(ids);
  if (parts.size() != 2) throw py::type_error(std::string(name) + " must be (offsets, text)");
  const auto text = as_span<std::uint8_t>(parts[1], name);
  return {{},
          as_span<std::int64_t>(parts[0], name),
          {reinterpret_cast<const char*>(text.data()), text.size()}};
}

IdSpace space_named(const std::string& name) {
  if (name == "account") return IdSpace::kAccount;
  if (name == "object") return IdSpace::kObject;
  throw InvalidArgument("space is '" + name + "'; give 'account' or 'object'");
}

Direction direction_named(const std::string& name) {
  if (name == "out") return Direction::kOut;
  if (name == "in") return Direction::kIn;
  throw InvalidArgument("direction is '" + name + "'; give 'out' or 'in'");
}

std::vector<std::pair<std::uint64_t, std::string>> append(
    PythonJob& job, const py::object& account, const py::object& object, const py::object& time_s,
    const py::object& kind, const std::vector<std::string>& kind_names,
    const std::optional<py::object>& target, const std::optional<py::object>& has_target) {
  ActionBatch batch;
  batch.accounts = as_ids(account, "account");
  batch.objects = as_ids(object, "object");
  batch.times = as_span<TimeS>(time_s, "time_s");
  batch.kinds = as_span<std::uint16_t>(kind, "kind");
  batch.kind_names = kind_names;
  if (target) batch.targets = as_ids(*target, "target");
  if (has_target) batch.has_target = as_span<std::uint8_t>(*has_target, "has_target");
  std::vector<std::pair<std::uint64_t, std::string>> rejected;
  const auto running = job.get();
  const py::gil_scoped_release release;
  for (auto& row : running->append(batch)) rejected.emplace_back(row.row, std::move(row.reason));
  return rejected;
}

py::dict as_dict(const StoreInfo& info) {
  py::list kinds;
  for (const auto& kind : info.kinds) {
    kinds.append(py::dict(py::arg("name") = kind.name, py::arg("actions") = kind.actions,
                          py::arg("first_s") = kind.first_s, py::arg("last_s") = kind.last_s));
  }
  return py::dict(py::arg("path") = info.path, py::arg("uuid") = info.uuid,
                  py::arg("schema") =
                      std::to_string(info.schema_major) + "." + std::to_string(info.schema_minor),
                  py::arg("pseudonymous") = info.pseudonymous, py::arg("epoch") = info.epoch,
                  py::arg("actions") = info.actions, py::arg("accounts") = info.accounts,
                  py::arg("objects") = info.objects, py::arg("erased") = info.erased,
                  py::arg("disk_bytes") = info.disk_bytes, py::arg("kinds") = kinds);
}

py::dict as_dict(const DropReceipt& receipt) {
  return py::dict(py::arg("number") = receipt.number, py::arg("epoch") = receipt.epoch,
                  py::arg("before_s") = receipt.before_s, py::arg("dropped_s") = receipt.dropped_s,
                  py::arg("rows") = receipt.rows, py::arg("jobs") = receipt.jobs);
}

py::dict as_dict(const ForgetReceipt& receipt) {
  return py::dict(py::arg("number") = receipt.number, py::arg("drop") = receipt.drop,
                  py::arg("accounts") = receipt.accounts, py::arg("objects") = receipt.objects,
                  py::arg("forgotten_s") = receipt.forgotten_s);
}

py::dict as_dict(const EraseReceipt& receipt) {
  return py::dict(py::arg("number") = receipt.number, py::arg("epoch") = receipt.epoch,
                  py::arg("accounts") = receipt.accounts, py::arg("objects") = receipt.objects,
                  py::arg("rows") = receipt.rows, py::arg("targets") = receipt.targets,
                  py::arg("jobs") = receipt.jobs, py::arg("erased_s") = receipt.erased_s);
}

template <class Receipt>
py::list as_dicts(const std::vector<Receipt>& receipts) {
  py::list dicts;
  for (const auto& receipt : receipts) dicts.append(as_dict(receipt));
  return dicts;
}

/// One array a field of a row.
template <class Field, class Row>
py::array column(const std::vector<Row>& rows, Field Row::*field) {
  std::vector<Field> values;
  values.reserve(rows.size());
  for (const auto& row : rows) values.push_back(row.*field);
  return as_array(std::move(values));
}

py::tuple as_offsets_and_text(const std::vector<std::string>& names) {
  std::vector<std::int64_t> offsets{0};
  std::vector<std::uint8_t> text;
  for (const auto& name : names) {
    text.insert(text.end(), name.begin(), name.end());
    offsets.push_back(static_cast<std::int64_t>(text.size()));
  }
  return py::make_tuple(as_array(std::move(offsets)), as_array(std::move(text)));
}

void bind_receipt(py::module_& m) {
  py::class_<JobReceipt>(m, "JobReceipt", "What a job left in the store.")
      .def_readonly("epoch", &JobReceipt::epoch)
      .def_readonly("content_hash", &JobReceipt::content_hash)
      .def_readonly("source", &JobReceipt::source)
      .def_readonly("accepted", &JobReceipt::accepted)
      .def_readonly("duplicates", &JobReceipt::duplicates)
      .def_readonly("rejected", &JobReceipt::rejected)
      .def_readonly("erased", &JobReceipt::erased)
      .def_readonly("new_accounts", &JobReceipt::new_accounts)
      .def_readonly("new_objects", &JobReceipt::new_objects)
      .def_readonly("first_s", &JobReceipt::first_s)
      .def_readonly("last_s", &JobReceipt::last_s)
      .def_readonly("committed_s", &JobReceipt::committed_s)
      .def_readonly("checksum", &JobReceipt::checksum);
}

void bind_job(py::module_& m) {
  py::class_<PythonJob>(m, "IngestJob", "A job under way; nothing is kept until `commit`.")
      .def("append", &append, py::arg("account"), py::arg("object"), py::arg("time_s"),
           py::arg("kind"), py::arg("kind_names"), py::kw_only(), py::arg("target") = py::none(),
           py::arg("has_target") = py::none())
      .def(
          "commit",
          [](PythonJob& self, std::uint64_t rejected, TimeS now_s, RunControl* control) {
            return interruptible(control, [&, running = self.get()](RunControl* shared) {
              return running->commit(rejected, now_s, shared);
            });
          },
          py::kw_only(), py::arg("rejected"), py::arg("now_s"), py::arg("control") = nullptr)
      .def("abort", [](PythonJob& self) { self.value.reset(); });
}

void bind_reading(py::class_<PythonStore>& store) {
  store
      .def(
          "scan",
          [](PythonStore& self, const std::string& kind, TimeS from_s, TimeS to_s,
             RunControl* control) {
            auto found = interruptible(control, [&, opened = self.get()](RunControl* shared) {
              return opened->scan(kind, from_s, to_s, shared);
            });
            return std::pair(std::move(found.log), found.duplicates);
          },
          py::arg("kind"), py::kw_only(), py::arg("from_s") = kEarliest, py::arg("to_s") = kLatest,
          py::arg("control") = nullptr)
      .def(
          "account_actions",
          [](PythonStore& self, AccountId account, TimeS from_s, TimeS to_s) {
            const auto rows = released(
                self, [&](Store& opened) { return opened.account_actions(account, from_s, to_s); });
            return py::make_tuple(column(rows, &StoredAction::kind),
                                  column(rows, &StoredAction::object),
                                  column(rows, &StoredAction::time));
          },
          py::arg("account"), py::kw_only(), py::arg("from_s") = kEarliest,
          py::arg("to_s") = kLatest)
      .def(
          "neighbours",
          [](PythonStore& self, const std::string& kind, AccountId account,
             const std::string& direction) {
            const auto end = direction_named(direction);
            const auto rows = released(
                self, [&](Store& opened) { return opened.neighbours(kind, account, end); });
            return py::make_tuple(
                column(rows, &StoredNeighbour::account), column(rows, &StoredNeighbour::actions),
                column(rows, &StoredNeighbour::first_s), column(rows, &StoredNeighbour::last_s));
          },
          py::arg("kind"), py::arg("account"), py::kw_only(), py::arg("direction") = "out")
      .def(
          "graph",
          [](PythonStore& self, const std::string& kind, RunControl* control) {
            auto made = interruptible(control, [&, opened = self.get()](RunControl* shared) {
              return store_graph(*opened, kind, shared);
            });
            return py::make_tuple(std::move(made.built.graph), made.epoch, made.built.self_loops,
                                  made.built.repeats);
          },
          py::arg("kind"), py::kw_only(), py::arg("control") = nullptr)
      .def(
          "find_stored",
          [](PythonStore& self, const std::string& space, const std::string& name) {
            return self.get()->find_stored(space_named(space), name);
          },
          py::arg("space"), py::arg("name"))
      .def(
          "find_id",
          [](PythonStore& self, const std::string& space, const std::string& external) {
            return self.get()->find_id(space_named(space), external);
          },
          py::arg("space"), py::arg("external"))
      .def(
          "names",
          [](PythonStore& self, const std::string& space, const py::object& ids) {
            const auto wanted = as_span<std::uint32_t>(ids, "ids");
            const auto kind = space_named(space);
            return as_offsets_and_text(
                released(self, [&](Store& opened) { return opened.names(kind, wanted); }));
          },
          py::arg("space"), py::arg("ids"))
      .def(
          "stored_name",
          [](PythonStore& self, const std::string& space, const std::string& external) {
            return self.get()->stored_name(space_named(space), external);
          },
          py::arg("space"), py::arg("external"));
}

void bind_upkeep(py::class_<PythonStore>& store) {
  store
      .def(
          "rows_before",
          [](PythonStore& self, TimeS before_s) {
            return released(self, [&](Store& opened) { return opened.rows_before(before_s); });
          },
          py::arg("before_s"))
      .def(
          "drop_before",
          [](PythonStore& self, TimeS before_s, TimeS now_s, RunControl* control) {
            return as_dict(interruptible(control, [&, opened = self.get()](RunControl* shared) {
              return opened->drop_before(before_s, now_s, shared);
            }));
          },
          py::arg("before_s"), py::kw_only(), py::arg("now_s"), py::arg("control") = nullptr)
      .def("drops", [](PythonStore& self) { return as_dicts(self.get()->drops()); })
      .def(
          "forget_names",
          [](PythonStore& self, const std::vector<std::string>& kept, TimeS now_s,
             RunControl* control) {
            return as_dict(interruptible(control, [&, opened = self.get()](RunControl* shared) {
              return opened->forget_names(kept, now_s, shared);
            }));
          },
          py::arg("kept"), py::kw_only(), py::arg("now_s"), py::arg("control") = nullptr)
      .def("forgettings", [](PythonStore& self) { return as_dicts(self.get()->forgettings()); })
      .def(
          "erase_accounts",
          [](PythonStore& self, const std::vector<std::string>& accounts, TimeS now_s,
             RunControl* control) {
            return as_dict(interruptible(control, [&, opened = self.get()](RunControl* shared) {
              return opened->erase_accounts(accounts, now_s, shared);
            }));
          },
          py::arg("accounts"), py::kw_only(), py::arg("now_s"), py::arg("control") = nullptr)
      .def(
          "is_erased",
          [](PythonStore& self, const std::string& account) {
            return self.get()->is_erased(account);
          },
          py::arg("account"))
      .def("erasures", [](PythonStore& self) { return as_dicts(self.get()->erasures()); })
      .def(
          "compact",
          [](PythonStore& self, bool whole, RunControl* control) {
            interruptible(control, [whole, opened = self.get()](RunControl* shared) {
              opened->compact(whole, shared);
            });
          },
          py::kw_only(), py::arg("whole") = false, py::arg("control") = nullptr);
}

}  // namespace

void bind_store(py::module_& m) {
  bind_receipt(m);
  bind_job(m);
  py::class_<PythonStore> store(m, "Store", "The C++ store; `lockstep.open` wraps it.");
  store
      .def(py::init([](const std::string& path, bool write, const py::bytes& pseudonym_key,
                       std::uint64_t reserve_bytes) {
             const StoreOptions options{write ? StoreMode::kWrite : StoreMode::kRead,
                                        std::string(pseudonym_key), reserve_bytes};
             const py::gil_scoped_release release;
             auto made = std::make_unique<PythonStore>();
             made->value = std::make_shared<Store>(Store::open(path, options));
             return made;
           }),
           py::arg("path"), py::kw_only(), py::arg("write") = false,
           py::arg("pseudonym_key") = py::bytes(),
           py::arg("reserve_bytes") = StoreOptions{}.reserve_bytes)
      .def("close",
           [](PythonStore& self) {
             auto last = std::exchange(self.value, nullptr);
             const py::gil_scoped_release release;
             last.reset();
           })
      .def("find_job",
           [](PythonStore& self, const std::string& hash) { return self.get()->find_job(hash); })
      .def("jobs", [](PythonStore& self) { return self.get()->jobs(); })
      .def(
          "begin_job",
          [](PythonStore& self, const std::string& content_hash, const std::string& source,
             std::uint64_t expected_bytes) {
            auto job = std::make_unique<PythonJob>();
            job->value = std::make_shared<IngestJob>(
                self.get()->begin_job(content_hash, source, expected_bytes));
            return job;
          },
          py::arg("content_hash"), py::arg("source"), py::kw_only(), py::arg("expected_bytes") = 0,
          py::keep_alive<0, 1>())
      .def("require_space",
           [](const PythonStore& self, std::uint64_t bytes) { self.get()->require_space(bytes); })
      .def("refresh",
           [](PythonStore& self) { released(self, [](Store& opened) { opened.refresh(); }); })
      .def_property_readonly("epoch", [](PythonStore& self) { return self.get()->epoch(); })
      .def("kinds", [](PythonStore& self) { return self.get()->kinds(); })
      .def("info", [](PythonStore& self) { return as_dict(self.get()->info()); })
      .def(
          "verify",
          [](PythonStore& self, RunControl* control) {
            const auto report = interruptible(control, [opened = self.get()](RunControl* shared) {
              return opened->verify(shared);
            });
            return py::dict(py::arg("problems") = report.problems, py::arg("jobs") = report.jobs,
                            py::arg("rows") = report.rows);
          },
          py::kw_only(), py::arg("control") = nullptr);
  bind_reading(store);
  bind_upkeep(store);
}

}  // namespace lockstep
