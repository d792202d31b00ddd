#include "lockstep/store.h"

#include <sys/stat.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

#include "../base/pseudonym.h"
#include "lockstep/error.h"
#include "store_impl.h"

namespace lockstep {
namespace {

constexpr const char* kKeyCheckText = "lockstep key check";

bool is_empty_or_missing(const std::filesystem::path& folder) {
  std::error_code error;
  return !std::filesystem::exists(folder, error) || std::filesystem::is_empty(folder, error);
}

/// Whether a folder holds nothing but what a creation that was cut short leaves.
bool is_unfinished_creation(const std::filesystem::path& folder) {
  const std::set<std::string> ours{"LOCK.ingest", "events", "FORMAT.tmp"};
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!ours.contains(entry.path().filename().string())) return false;
  }
  return true;
}

void make_private_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw StorageError("cannot make " + folder.string() + ": " + error.message());
  ::chmod(folder.c_str(), 0700);
}

void remove_staged_files(const std::filesystem::path& store) {
  for (const auto& entry : std::filesystem::directory_iterator(store)) {
    if (entry.path().filename().string().starts_with("tmp.")) {
      std::filesystem::remove_all(entry.path());
    }
  }
}

}  // namespace

Store::Impl::Impl(std::filesystem::path store_path, StoreOptions store_options)
    : path(std::move(store_path)), options(std::move(store_options)), ledger(path / "LEDGER") {
  if (options.mode == StoreMode::kWrite) {
    open_writer();
  } else {
    open_reader();
  }
}

std::string Store::Impl::key_check() const {
  if (options.pseudonym_key.empty()) return {};
  return pseudonym(options.pseudonym_key, "key", kKeyCheckText);
}

void Store::Impl::adopt_format(const FormatFile& found) {
  format = found;
  if (format.key_check == key_check()) return;
  if (format.key_check.empty()) {
    throw InvalidArgument(path.string() + " stores ids as they are; open it without a key");
  }
  throw InvalidArgument(path.string() +
                        " stores pseudonyms; open it with the key it was made with" +
                        (options.pseudonym_key.empty() ? "" : ", which this is not"));
}

void Store::Impl::create() {
  format.uuid = random_name();
  format.key_check = key_check();
  std::filesystem::remove_all(path / "events");
  events = std::make_unique<Database>(path / "events", family_names(), Database::Mode::kCreate);
  format.write(path);
}

void Store::Impl::open_writer() {
  const bool fresh = is_empty_or_missing(path);
  if (fresh) make_private_folder(path);
  const auto found = FormatFile::read(path);
  if (!found && !fresh && !is_unfinished_creation(path)) {
    throw StorageError(path.string() + " is not a Lockstep store and not empty; give a new folder");
  }
  if (found) adopt_format(*found);
  lock = std::make_unique<FileLock>(path / "LOCK.ingest");
  remove_staged_files(path);
  if (found) {
    events = std::make_unique<Database>(path / "events", family_names(), Database::Mode::kWrite);
  } else {
    create();
  }
  ledger.drop_torn_line();
  load();
  // Killed between the ingestion and its line: the job is whole, so its line is due.
  const auto known = ledger.read().size();
  for (auto epoch = known; epoch < jobs.size(); ++epoch) ledger.append(jobs[epoch]);
}

void Store::Impl::open_reader() {
  const auto found = FormatFile::read(path);
  if (!found) {
    throw StorageError("no store at " + path.string() + "; make one with `lockstep ingest " +
                       path.string() + " FILE`");
  }
  adopt_format(*found);
  const auto scratch = std::filesystem::temp_directory_path() / ("lockstep-" + random_name());
  make_private_folder(scratch);
  events =
      std::make_unique<Database>(path / "events", family_names(), Database::Mode::kFollow, scratch);
  load();
}

void Store::Impl::load() {
  // The ledger first: a writer adds to the database, then to the ledger.
  const auto known = ledger.read();
  std::vector<JobReceipt> found;
  Totals latest;
  const auto iterator = events->iterate(kManifest);
  for (iterator->Seek("e"); iterator->Valid() && iterator->key().starts_with("e");
       iterator->Next()) {
    auto entry = ManifestEntry::parse(iterator->value().ToStringView());
    if (!entry || entry->receipt.epoch != found.size() + 1) {
      throw CorruptData("the manifest of " + path.string() + " is damaged at epoch " +
                        std::to_string(found.size() + 1) + "; restore it from a backup");
    }
    found.push_back(std::move(entry->receipt));
    latest = std::move(entry->totals);
  }
  events->check(*iterator);
  const std::unique_lock hold(guard);
  jobs = std::move(found);
  totals = std::move(latest);
  compare_with_ledger(known);
  check_markers();
}

void Store::Impl::check_markers() const {
  for (std::size_t family = kSegments; family < kManifest; ++family) {
    const auto iterator = events->iterate(family);
    std::uint64_t epochs = 0;
    for (iterator->Seek(marker_key(1)); iterator->Valid() && epochs < jobs.size();
         iterator->Next()) {
      if (iterator->key() != marker_key(epochs + 1)) break;
      ++epochs;
    }
    events->check(*iterator);
    if (epochs == jobs.size()) continue;
    throw CorruptData(path.string() + " has lost data: " + family_names()[family - 1] +
                      " lacks job " + std::to_string(epochs + 1) + "; restore it from a backup");
  }
}

void Store::Impl::compare_with_ledger(const std::vector<JobReceipt>& known) const {
  if (known.size() > jobs.size()) {
    throw CorruptData(path.string() + " has lost data: its ledger knows " +
                      std::to_string(known.size()) + " jobs and its database " +
                      std::to_string(jobs.size()) + "; restore it from a backup");
  }
  if (options.mode == StoreMode::kWrite && jobs.size() > known.size() + 1) {
    throw CorruptData("the ledger of " + path.string() + " has lost lines: it knows " +
                      std::to_string(known.size()) + " jobs and the database " +
                      std::to_string(jobs.size()) + "; restore it from a backup");
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (receipt_line(known[i]) == receipt_line(jobs[i])) continue;
    throw CorruptData("job " + std::to_string(i + 1) + " of " + path.string() +
                      " differs between ledger and database; restore it from a backup");
  }
}

std::string Store::Impl::stored_name(IdSpace space, std::string_view external) const {
  if (options.pseudonym_key.empty()) return std::string(external);
  return pseudonym(options.pseudonym_key, space_name(space), external);
}

Totals Store::Impl::current_totals() const {
  const std::shared_lock hold(guard);
  return totals;
}

DayRange days_between(TimeS from_s, TimeS to_s) {
  const auto clamp = [](TimeS time) { return std::clamp(time, -kLatestTime, kLatestTime); };
  return {day_of(clamp(from_s)), day_of(clamp(to_s) - 1)};
}

BlockKey parse_or_throw(const Database& database, std::string_view key) {
  const auto parsed = BlockKey::parse(key);
  if (parsed) return *parsed;
  throw CorruptData("a key of " + database.path().string() +
                    " is damaged; restore it from a backup");
}

void decode_or_throw(const Database& database, Family family, const BlockKey& key,
                     std::string_view block, std::vector<ActionRow>& rows) {
  const auto order = family == kSegments ? BlockOrder::kByObject : BlockOrder::kByAccount;
  if (decode_block(block, order, key.kind, rows)) return;
  throw CorruptData("a block of " + database.path().string() + " is damaged (" +
                    family_names()[family - 1] + ", kind " + std::to_string(key.kind) + ", day " +
                    std::to_string(key.day) + ", epoch " + std::to_string(key.epoch) +
                    "); restore it from a backup");
}

Store Store::open(const std::filesystem::path& path, const StoreOptions& options) {
  return Store(std::make_shared<Impl>(path, options));
}

Store::Store(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store::~Store() = default;

std::optional<JobReceipt> Store::find_job(const std::string& content_hash) const {
  impl_->events->check_process();
  const std::shared_lock hold(impl_->guard);
  for (const auto& job : impl_->jobs) {
    if (job.content_hash == content_hash) return job;
  }
  return std::nullopt;
}

std::vector<JobReceipt> Store::jobs() const {
  impl_->events->check_process();
  const std::shared_lock hold(impl_->guard);
  return impl_->jobs;
}

void Store::refresh() {
  impl_->events->check_process();
  if (impl_->options.mode == StoreMode::kWrite) return;
  check(impl_->events->db().TryCatchUpWithPrimary(), "cannot follow", impl_->events->path());
  impl_->load();
}

std::uint64_t Store::epoch() const {
  impl_->events->check_process();
  const std::shared_lock hold(impl_->guard);
  return impl_->jobs.size();
}

std::vector<std::string> Store::kinds() const {
  impl_->events->check_process();
  std::vector<std::string> names;
  for (const auto& kind : impl_->current_totals().kinds) names.push_back(kind.name);
  return names;
}

std::string Store::stored_name(IdSpace space, std::string_view external) const {
  return impl_->stored_name(space, external);
}

StoreInfo Store::info() const {
  impl_->events->check_process();
  const auto totals = impl_->current_totals();
  StoreInfo info;
  info.path = impl_->path.string();
  info.uuid = impl_->format.uuid;
  info.schema_major = impl_->format.major;
  info.schema_minor = impl_->format.minor;
  info.pseudonymous = !impl_->format.key_check.empty();
  info.epoch = epoch();
  info.actions = totals.actions();
  info.accounts = totals.accounts;
  info.objects = totals.objects;
  info.kinds = totals.kinds;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(impl_->path)) {
    std::error_code gone;  // a compaction may delete a file while we look
    const auto bytes = entry.is_regular_file(gone) ? entry.file_size(gone) : 0;
    if (!gone) info.disk_bytes += bytes;
  }
  return info;
}

}  // namespace lockstep
