#include "lockstep/case_store.h"

#include <cstring>
#include <optional>
#include <utility>

#include "../base/file_io.h"
#include "../base/pseudonym.h"
#include "bytes.h"
#include "lockstep/error.h"
#include "rocks.h"

namespace lockstep {
namespace {

enum CaseFamily : std::size_t { kLabels = 1, kCases, kAudit, kSeen };

std::vector<FamilyName> case_families() { return {{"labels"}, {"cases"}, {"audit"}, {"seen"}}; }

std::string sequence_key(std::uint64_t sequence) {
  std::string key;
  put_big_endian(key, sequence, 8);
  return key;
}

void put_text(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out += text;
}

std::string encode_label(const Label& label) {
  std::string value;
  put_text(value, label.account);
  put_text(value, label.label);
  put_text(value, label.source);
  std::uint64_t bits = 0;
  static_assert(sizeof(bits) == sizeof(label.confidence));
  std::memcpy(&bits, &label.confidence, sizeof(bits));
  put_big_endian(value, bits, 8);
  put_varint(value, zigzag(label.time_s));
  if (!label.wave.empty() || !label.reason.empty()) {
    put_text(value, label.wave);
    put_text(value, label.reason);
  }
  return value;
}

std::optional<Label> decode_label(std::string_view value) {
  ByteReader reader(value);
  Label label;
  for (auto* text : {&label.account, &label.label, &label.source}) {
    *text = reader.bytes(reader.varint());
  }
  const auto bits = reader.big_endian(8);
  std::memcpy(&label.confidence, &bits, sizeof(bits));
  label.time_s = unzigzag(reader.varint());
  if (!reader.at_end()) {
    for (auto* text : {&label.wave, &label.reason}) *text = reader.bytes(reader.varint());
  }
  return reader.at_end() ? std::optional(std::move(label)) : std::nullopt;
}

/// What the hash of an entry covers: all its fields, and the hash before it.
std::string chained_text(const AuditEntry& entry, const std::string& before) {
  std::string text = before;
  put_big_endian(text, entry.sequence, 8);
  put_big_endian(text, static_cast<std::uint64_t>(entry.time_s), 8);
  for (const auto* field : {&entry.actor, &entry.action, &entry.detail}) put_text(text, *field);
  return text;
}

std::string encode_audit(const AuditEntry& entry) {
  std::string value;
  put_varint(value, zigzag(entry.time_s));
  for (const auto* field : {&entry.actor, &entry.action, &entry.detail, &entry.hash}) {
    put_text(value, *field);
  }
  return value;
}

std::optional<AuditEntry> decode_audit(std::string_view key, std::string_view value) {
  ByteReader reader(value);
  AuditEntry entry;
  entry.sequence = ByteReader(key).big_endian(8);
  entry.time_s = unzigzag(reader.varint());
  for (auto* field : {&entry.actor, &entry.action, &entry.detail, &entry.hash}) {
    *field = reader.bytes(reader.varint());
  }
  return reader.at_end() ? std::optional(std::move(entry)) : std::nullopt;
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

}  // namespace

struct CaseStore::Impl {
  std::filesystem::path path;
  std::unique_ptr<FileLock> lock;
  std::unique_ptr<Database> database;  ///< none where a reader found no decisions yet

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

  bool append(const std::vector<Label>& labels, const std::string& content_hash, AuditEntry entry);
};

CaseStore CaseStore::open(const std::filesystem::path& store_path, StoreMode mode) {
  auto impl = std::make_unique<Impl>();
  impl->path = store_path / "cases";
  if (!std::filesystem::exists(store_path / "FORMAT")) {
    throw NotAStore("no store at " + store_path.string() + "; make one with `lockstep ingest`");
  }
  if (holds_lost_data(impl->path)) {
    throw CorruptData("the database " + impl->path.string() +
                      " has lost its file CURRENT; restore it from a backup");
  }
  if (mode == StoreMode::kWrite) {
    impl->lock = std::make_unique<FileLock>(store_path / "LOCK.cases");
    const bool fresh = !std::filesystem::exists(impl->path / "CURRENT");
    impl->database = std::make_unique<Database>(
        impl->path, case_families(), fresh ? Database::Mode::kCreate : Database::Mode::kWrite);
  } else if (std::filesystem::exists(impl->path / "CURRENT")) {
    impl->database =
        std::make_unique<Database>(impl->path, case_families(), Database::Mode::kFollow);
  }
  return CaseStore(std::move(impl));
}

CaseStore::CaseStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CaseStore::CaseStore(CaseStore&&) noexcept = default;
CaseStore::~CaseStore() = default;

/// Adds labels and the line of the audit that tells of them, as one synced batch.
bool CaseStore::Impl::append(const std::vector<Label>& labels, const std::string& content_hash,
                             AuditEntry entry) {
  if (!lock) throw StorageError(path.string() + " is open for reading");
  database->check_process();
  for (const auto& label : labels) check_label(label);
  std::string seen;
  const auto status = database->db().Get({}, database->family(kSeen), content_hash, &seen);
  if (status.ok()) return false;
  if (!status.IsNotFound()) check(status, "cannot read", path);

  const auto before = last_audit();
  entry.sequence = before.sequence + 1;
  entry.hash = sha256(chained_text(entry, before.hash));

  rocksdb::WriteBatch batch;
  auto sequence = last_sequence(kLabels);
  const auto put = [&](std::size_t family, const std::string& key, const std::string& value) {
    check(batch.Put(database->family(family), key, value), "cannot write", path);
  };
  for (const auto& label : labels) put(kLabels, sequence_key(++sequence), encode_label(label));
  put(kAudit, sequence_key(entry.sequence), encode_audit(entry));
  put(kSeen, content_hash, sequence_key(entry.sequence));
  rocksdb::WriteOptions durable;
  durable.sync = true;
  check(database->db().Write(durable, &batch), "cannot write", path);
  return true;
}

bool CaseStore::append_labels(const std::vector<Label>& labels, const std::string& content_hash,
                              const std::string& actor, TimeS now_s) {
  const auto detail = std::to_string(labels.size()) + " labels, content " + content_hash;
  return impl_->append(labels, content_hash, {0, now_s, actor, "labels", detail, {}});
}

bool CaseStore::append_note(const std::string& action, const std::string& detail,
                            const std::string& content_hash, const std::string& actor,
                            TimeS now_s) {
  return impl_->append({}, content_hash, {0, now_s, actor, action, detail, {}});
}

std::vector<Label> CaseStore::labels() const {
  std::vector<Label> labels;
  if (!impl_->database) return labels;
  impl_->database->check_process();
  const auto iterator = impl_->database->iterate(kLabels);
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    auto label = decode_label(iterator->value().ToStringView());
    if (!label) throw CorruptData("a label of " + impl_->path.string() + " is damaged");
    labels.push_back(std::move(*label));
  }
  impl_->database->check(*iterator);
  return labels;
}

std::vector<AuditEntry> CaseStore::audit() const {
  std::vector<AuditEntry> entries;
  if (!impl_->database) return entries;
  impl_->database->check_process();
  const auto iterator = impl_->database->iterate(kAudit);
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    auto entry = decode_audit(iterator->key().ToStringView(), iterator->value().ToStringView());
    if (!entry) throw CorruptData("the audit log of " + impl_->path.string() + " is damaged");
    entries.push_back(std::move(*entry));
  }
  impl_->database->check(*iterator);
  return entries;
}

std::vector<std::string> CaseStore::verify_audit() const {
  std::vector<std::string> problems;
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
    before = entry.hash;
    next = entry.sequence + 1;
  }
  return problems;
}

}  // namespace lockstep
