#include "lockstep/case_store.h"

#include <chrono>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "../base/file_io.h"
#include "../base/pseudonym.h"
#include "bytes.h"
#include "case_codec.h"
#include "format_file.h"
#include "lockstep/error.h"
#include "rocks.h"

namespace lockstep {
namespace {

enum CaseFamily : std::size_t { kLabels = 1, kCases, kAudit, kSeen };

std::vector<FamilyName> case_families() { return {{"labels"}, {"cases"}, {"audit"}, {"seen"}}; }

constexpr const char* kCaseAction = "case";
constexpr std::chrono::milliseconds kLockPause{10};
constexpr std::chrono::milliseconds kReaderWait{2000};

std::string sequence_key(std::uint64_t sequence) {
  std::string key;
  put_big_endian(key, sequence, 8);
  return key;
}

void check_label(const Label& label) {
  if (label.account.empty()) throw InvalidArgument("a label has no account");
  if (label.label.empty()) throw InvalidArgument("the label of " + label.account + " is empty");
  if (label.source.empty())
    throw InvalidArgument("the label of " + label.account + " has no source");
  if (!(label.confidence > 0.0 && label.confidence <= 1.0)) {
    throw InvalidArgument("the label of " + label.account + " has confidence " +
                          std::to_string(label.confidence) + "; give one above 0, at most 1");
  }
}

void check_entry(const CaseEntry& entry) {
  if (entry.actor.empty()) throw InvalidArgument("an entry of a case has no actor");
  if (entry.kind.empty()) throw InvalidArgument("an entry of a case has no kind");
  const bool has_subject = !entry.run_id.empty() && !entry.cluster_id.empty();
  if (entry.case_id == 0 && (!has_subject || entry.members.empty())) {
    throw InvalidArgument("a new case needs a run, a cluster, and members");
  }
  if (entry.case_id != 0 && (has_subject || !entry.members.empty())) {
    throw InvalidArgument("the subject of a case is given as it is opened, and stays");
  }
}

/// Under which a case's subject is remembered, so that nobody opens a second case of it.
std::string subject_name(const CaseEntry& entry) {
  return "case " + sha256(entry.run_id + '\n' + entry.cluster_id);
}

std::string case_label(const CaseEntry& entry) {
  return "case " + std::to_string(entry.case_id) + " version " + std::to_string(entry.version);
}

/// Names the entry and its content, so that the chain covers them.
std::string audit_detail(const CaseEntry& entry, const std::string& bytes) {
  return case_label(entry) + " " + entry.kind + ", content " + sha256(bytes);
}

template <class Value>
bool keep(std::vector<Value>& values, std::optional<Value> value) {
  if (value) values.push_back(std::move(*value));
  return value.has_value();
}

/// The lock of the one writer; waits so long for another who has it.
std::unique_ptr<FileLock> locked(const std::filesystem::path& path,
                                 std::chrono::milliseconds wait) {
  const auto end = std::chrono::steady_clock::now() + wait;
  while (true) {
    try {
      return std::make_unique<FileLock>(path);
    } catch (const StoreLocked&) {
      if (std::chrono::steady_clock::now() >= end) throw;
    }
    std::this_thread::sleep_for(kLockPause);
  }
}

/// Whether a folder without CURRENT once was a database: making a new one would hide the loss.
bool holds_lost_data(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder / "CURRENT", error)) return false;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    const auto kind = at->path().extension();
    if (kind == ".sst" || kind == ".log") return true;
  }
  return false;
}

/// Makes an empty database beside its place, then moves it there: whoever looks, or is killed,
/// finds it whole or not at all.
void create_database(const std::filesystem::path& place) {
  const auto fresh = std::filesystem::path(place).concat(".new");
  std::error_code error;
  std::filesystem::remove_all(fresh, error);  // of a writer that was killed
  { const Database made(fresh, case_families(), Database::Mode::kCreate); }
  sync_folder(fresh);
  std::filesystem::remove_all(place, error);  // which holds no data, see holds_lost_data
  std::filesystem::rename(fresh, place, error);
  if (error) fail("make", place, error.value());
  sync_folder(place.parent_path());
}

}  // namespace

struct CaseStore::Impl {
  std::filesystem::path path;
  std::string store_uuid;
  std::unique_ptr<FileLock> lock;
  std::unique_ptr<Database> database;  ///< none where a reader found no decisions yet

  void require_writer() const {
    if (!lock) throw StorageError(path.string() + " is open for reading");
    database->check_process();
  }

  [[nodiscard]] bool has_seen(const std::string& content) const {
    std::string value;
    const auto status = database->db().Get({}, database->family(kSeen), content, &value);
    if (!status.ok() && !status.IsNotFound()) check(status, "cannot read", path);
    return status.ok();
  }

  void put(rocksdb::WriteBatch& batch, std::size_t family, const std::string& key,
           const std::string& value) const {
    check(batch.Put(database->family(family), key, value), "cannot write", path);
  }

  /// Writes the batch with its audit entry, and returns once both are on the disk.
  void commit(rocksdb::WriteBatch& batch, const std::string& content, AuditEntry entry) const {
    const auto before = last_audit();
    entry.sequence = before.sequence + 1;
    entry.hash = sha256(chained_text(entry, before.hash));
    put(batch, kAudit, sequence_key(entry.sequence), encode_audit(entry));
    if (!content.empty()) put(batch, kSeen, content, sequence_key(entry.sequence));
    rocksdb::WriteOptions durable;
    durable.sync = true;
    check(database->db().Write(durable, &batch), "cannot write", path);
  }

  /// Hands `take` every key and value of a family; it says whether they could be read.
  template <class Take>
  void read_all(std::size_t family, const std::string& what, const Take& take) const {
    if (!database) return;
    database->check_process();
    const auto iterator = database->iterate(family);
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
      if (!take(iterator->key().ToStringView(), iterator->value().ToStringView())) {
        throw CorruptData(what + " of " + path.string() + " is damaged");
      }
    }
    database->check(*iterator);
  }

  /// Of a case, 0 where there is none such.
  [[nodiscard]] std::uint64_t last_version(std::uint64_t case_id) const {
    const auto iterator = database->iterate(kCases);
    iterator->SeekForPrev(case_key(case_id, ~std::uint64_t{0}));
    database->check(*iterator);
    if (!iterator->Valid()) return 0;
    ByteReader key(iterator->key().ToStringView());
    return key.big_endian(8) == case_id ? key.big_endian(8) : 0;
  }

  /// The first number of a family's last key; 0 where it is empty.
  [[nodiscard]] std::uint64_t last_sequence(std::size_t family) const {
    const auto iterator = database->iterate(family);
    iterator->SeekToLast();
    database->check(*iterator);
    return iterator->Valid() ? ByteReader(iterator->key().ToStringView()).big_endian(8) : 0;
  }

  /// The end of the chain; sequence 0 and no hash where there is none yet.
  [[nodiscard]] AuditEntry last_audit() const {
    const auto iterator = database->iterate(kAudit);
    iterator->SeekToLast();
    database->check(*iterator);
    if (!iterator->Valid()) return {};
    auto entry = decode_audit(iterator->key().ToStringView(), iterator->value().ToStringView());
    if (!entry) throw CorruptData("the audit log of " + path.string() + " is damaged");
    return *entry;
  }
};

CaseStore CaseStore::open(const std::filesystem::path& store_path, StoreMode mode,
                          std::chrono::milliseconds wait) {
  auto impl = std::make_unique<Impl>();
  impl->path = store_path / "cases";
  const auto format = FormatFile::read(store_path);
  if (!format) {
    throw NotAStore("no store at " + store_path.string() + "; make one with `lockstep ingest`");
  }
  impl->store_uuid = format->uuid;
  if (holds_lost_data(impl->path)) {
    throw CorruptData("the database " + impl->path.string() +
                      " has lost its file CURRENT; restore it from a backup");
  }
  if (mode == StoreMode::kWrite) {
    impl->lock = locked(store_path / "LOCK.cases", wait);
    if (!std::filesystem::exists(impl->path / "CURRENT")) create_database(impl->path);
    impl->database =
        std::make_unique<Database>(impl->path, case_families(), Database::Mode::kWrite);
  } else if (std::filesystem::exists(impl->path / "CURRENT")) {
    // A writer that opens moves what the log holds into files, one family after the other: who
    // looks just then would see some families further than others.
    const SharedFileLock turn(store_path / "LOCK.cases", kReaderWait);
    look_again([&] {
      impl->database =
          std::make_unique<Database>(impl->path, case_families(), Database::Mode::kFollow);
    });
  }
  return CaseStore(std::move(impl));
}

CaseStore::CaseStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CaseStore::CaseStore(CaseStore&&) noexcept = default;
CaseStore::~CaseStore() = default;

const std::string& CaseStore::store_uuid() const { return impl_->store_uuid; }

bool CaseStore::append_labels(const std::vector<Label>& labels, const std::string& content_hash,
                              const std::string& actor, TimeS now_s) {
  impl_->require_writer();
  for (const auto& label : labels) check_label(label);
  if (impl_->has_seen(content_hash)) return false;
  rocksdb::WriteBatch batch;
  auto sequence = impl_->last_sequence(kLabels);
  for (const auto& label : labels) {
    impl_->put(batch, kLabels, sequence_key(++sequence), encode_label(label));
  }
  impl_->commit(batch, content_hash,
                {.time_s = now_s,
                 .actor = actor,
                 .action = "labels",
                 .detail = std::to_string(labels.size()) + " labels, content " + content_hash});
  return true;
}

bool CaseStore::append_note(const std::string& action, const std::string& detail,
                            const std::string& content_hash, const std::string& actor,
                            TimeS now_s) {
  impl_->require_writer();
  if (impl_->has_seen(content_hash)) return false;
  rocksdb::WriteBatch batch;
  impl_->commit(batch, content_hash,
                {.time_s = now_s, .actor = actor, .action = action, .detail = detail});
  return true;
}

CaseEntry CaseStore::append_case_entry(CaseEntry entry, std::uint64_t expected_version) {
  impl_->require_writer();
  check_entry(entry);
  std::string subject;
  if (entry.case_id == 0) {
    subject = subject_name(entry);
    if (impl_->has_seen(subject)) {
      throw CaseConflict("there is a case of " + entry.cluster_id + " of run " + entry.run_id +
                         " already; open that one");
    }
    entry.case_id = impl_->last_sequence(kCases) + 1;
  }
  const auto version = impl_->last_version(entry.case_id);
  if (version == 0 && subject.empty()) {
    throw InvalidArgument("there is no case " + std::to_string(entry.case_id));
  }
  if (version != expected_version) {
    throw CaseConflict("case " + std::to_string(entry.case_id) + " is at version " +
                       std::to_string(version) + " and not at " + std::to_string(expected_version) +
                       ": somebody else wrote to it; read it again");
  }
  entry.version = version + 1;
  const auto bytes = encode_case_entry(entry);
  rocksdb::WriteBatch batch;
  impl_->put(batch, kCases, case_key(entry.case_id, entry.version), bytes);
  impl_->commit(batch, subject,
                {.time_s = entry.time_s,
                 .actor = entry.actor,
                 .action = kCaseAction,
                 .detail = audit_detail(entry, bytes)});
  return entry;
}

std::vector<Label> CaseStore::labels() const {
  std::vector<Label> labels;
  impl_->read_all(kLabels, "a label", [&](std::string_view, std::string_view value) {
    return keep(labels, decode_label(value));
  });
  return labels;
}

std::vector<CaseEntry> CaseStore::case_entries() const {
  std::vector<CaseEntry> entries;
  impl_->read_all(kCases, "an entry of a case", [&](std::string_view key, std::string_view value) {
    return keep(entries, decode_case_entry(key, value));
  });
  return entries;
}

std::vector<AuditEntry> CaseStore::audit() const {
  std::vector<AuditEntry> entries;
  impl_->read_all(kAudit, "the audit log", [&](std::string_view key, std::string_view value) {
    return keep(entries, decode_audit(key, value));
  });
  return entries;
}

std::vector<std::string> CaseStore::verify_audit() const {
  std::vector<std::string> problems;
  std::map<std::string, int> vouched;  // what the chain says of entries of cases
  std::string before;
  std::uint64_t next = 1;
  for (const auto& entry : audit()) {
    if (entry.sequence != next) {
      problems.push_back("audit entry " + std::to_string(next) + " is missing");
    }
    if (entry.hash != sha256(chained_text(entry, before))) {
      problems.push_back("audit entry " + std::to_string(entry.sequence) +
                         " does not fit the one before");
    }
    if (entry.action == kCaseAction) ++vouched[entry.detail];
    before = entry.hash;
    next = entry.sequence + 1;
  }
  for (const auto& entry : case_entries()) {
    const auto found = vouched.find(audit_detail(entry, encode_case_entry(entry)));
    if (found == vouched.end()) {
      problems.push_back(case_label(entry) + " is not what the audit log says");
    } else {
      vouched.erase(found);
    }
  }
  for (const auto& [detail, count] : vouched) problems.push_back("missing: " + detail);
  return problems;
}

}  // namespace lockstep
