#include <algorithm>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

#include "../base/file_io.h"
#include "../base/pseudonym.h"
#include "lockstep/error.h"
#include "numbered_rows.h"
#include "store_impl.h"

namespace lockstep {
namespace {

constexpr const char* kKeyCheckText = "lockstep key check";

bool is_empty_or_missing(const std::filesystem::path& folder) {
  std::error_code error;
  return !std::filesystem::exists(folder, error) || std::filesystem::is_empty(folder, error);
}

std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> entries;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    entries.push_back(at->path());
  }
  if (error) fail("list", folder, error.value());
  return entries;
}

/// Whether a folder holds nothing but what a creation that was cut short leaves.
bool is_unfinished_creation(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) return false;
  const std::set<std::string> ours{"LOCK.ingest", "events", "FORMAT.tmp", "LEDGER.tmp"};
  for (const auto& entry : entries_of(folder)) {
    std::error_code error;
    const auto name = entry.filename().string();
    const bool empty_ledger = name == "LEDGER" && std::filesystem::file_size(entry, error) == 0;
    if (!ours.contains(name) && !empty_ledger) return false;
  }
  return true;
}

void remove_or_throw(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (error) fail("remove", folder, error.value());
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
  remove_or_throw(path / "events");
  events = std::make_unique<Database>(path / "events", families(), Database::Mode::kCreate);
  replace_file(path / "LEDGER", "");
  format.write(path);
}

void Store::Impl::open_writer() {
  if (is_empty_or_missing(path)) {
    make_private_folder(path);
  } else if (!FormatFile::read(path) && !is_unfinished_creation(path) &&
             !FormatFile::read(path)) {  // another writer may finish it between the two
    throw NotAStore(path.string() + " is not a Lockstep store and not empty; give a new folder");
  }
  lock = std::make_unique<FileLock>(path / "LOCK.ingest");
  // Read under the lock: another writer may have made the store since.
  const auto found = FormatFile::read(path);
  if (found) adopt_format(*found);
  for (const auto& entry : entries_of(path)) {
    if (entry.filename().string().starts_with("tmp.")) remove_or_throw(entry);
  }
  if (found) {
    events = std::make_unique<Database>(path / "events", families(), Database::Mode::kWrite);
  } else {
    create();
  }
  ledger.drop_torn_line();
  const auto known = ledger.read();
  load(known);
  noted = known.size();
  note_jobs();
}

void Store::Impl::open_reader() {
  const auto found = FormatFile::read(path);
  if (!found && is_empty_or_missing(path)) {
    throw NotAStore("no store at " + path.string() + "; make one with `lockstep ingest " +
                    path.string() + " FILE`");
  }
  if (!found) throw NotAStore(path.string() + " is not a Lockstep store; check the path");
  adopt_format(*found);
  look_again([&] {
    // The ledger first: a writer adds to the database, then to the ledger.
    const auto known = ledger.read();
    events.reset();
    events = std::make_unique<Database>(path / "events", families(), Database::Mode::kFollow);
    load(known);
  });
}

void Store::Impl::catch_up() {
  look_again([&] {
    const auto known = ledger.read();
    check(events->db().TryCatchUpWithPrimary(), "cannot follow", events->path());
    load(known);
  });
}

void Store::Impl::note_jobs() {
  std::vector<JobReceipt> due;
  {
    const std::shared_lock hold(guard);
    due.assign(jobs.begin() + static_cast<std::ptrdiff_t>(noted), jobs.end());
  }
  for (const auto& receipt : due) {
    ledger.append(receipt);
    ++noted;
  }
}

void Store::Impl::load(const std::vector<JobReceipt>& known) {
  std::vector<JobReceipt> found;
  Totals latest;
  const auto iterator = events->iterate(kManifest);
  read_numbered(*iterator, "e", "epoch", path, [&](std::string_view value, std::uint64_t number) {
    auto entry = ManifestEntry::parse(value);
    if (!entry || entry->receipt.epoch != number) return false;
    found.push_back(std::move(entry->receipt));
    latest = std::move(entry->totals);
    return true;
  });
  std::vector<Retention> dropped;
  read_numbered(*iterator, "r", "retention", path,
                [&](std::string_view value, std::uint64_t number) {
                  auto retention = Retention::parse(value);
                  if (!retention || retention->receipt.number != number ||
                      retention->receipt.epoch > found.size()) {
                    return false;
                  }
                  // A job that came later has its totals from these.
                  if (retention->receipt.epoch == found.size()) latest = retention->totals;
                  dropped.push_back(std::move(*retention));
                  return true;
                });
  std::vector<ForgetReceipt> forgotten;
  read_numbered(*iterator, "f", "forgetting", path,
                [&](std::string_view value, std::uint64_t number) {
                  const auto receipt = parse_forgetting(value);
                  if (!receipt || receipt->number != number) return false;
                  forgotten.push_back(*receipt);
                  return true;
                });
  events->check(*iterator);
  auto erased = Erasures::read(*events, path);
  compare_with_ledger(known, found);
  check_markers(found.size());
  const std::unique_lock hold(guard);
  jobs = std::move(found);
  retentions = std::move(dropped);
  forgettings = std::move(forgotten);
  erasures = std::move(erased);
  totals = std::move(latest);
}

void Store::Impl::check_markers(std::uint64_t epoch) const {
  for (std::size_t family = kSegments; family < kManifest; ++family) {
    const auto iterator = events->iterate(family);
    std::uint64_t epochs = 0;
    for (iterator->Seek(marker_key(1)); iterator->Valid() && epochs < epoch; iterator->Next()) {
      if (iterator->key() != marker_key(epochs + 1)) break;
      ++epochs;
    }
    events->check(*iterator);
    if (epochs == epoch) continue;
    throw CorruptData(path.string() + " has lost data: " + family_name(family) + " lacks job " +
                      std::to_string(epochs + 1) + "; restore it from a backup");
  }
}

void Store::Impl::compare_with_ledger(const std::vector<JobReceipt>& known,
                                      const std::vector<JobReceipt>& found) const {
  if (known.size() > found.size()) {
    throw CorruptData(path.string() + " has lost data: its ledger knows " +
                      std::to_string(known.size()) + " jobs and its database " +
                      std::to_string(found.size()) + "; restore it from a backup");
  }
  if (options.mode == StoreMode::kWrite && found.size() > known.size() + 1) {
    throw CorruptData("the ledger of " + path.string() + " has lost lines: it knows " +
                      std::to_string(known.size()) + " jobs and the database " +
                      std::to_string(found.size()) + "; restore it from a backup");
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (receipt_line(known[i]) == receipt_line(found[i])) continue;
    throw CorruptData("job " + std::to_string(i + 1) + " of " + path.string() +
                      " differs between ledger and database; restore it from a backup");
  }
}

}  // namespace lockstep
