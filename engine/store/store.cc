#include "lockstep/store.h"

#include <algorithm>
#include <mutex>
#include <system_error>
#include <utility>

#include "../base/file_io.h"
#include "../base/pseudonym.h"
#include "lockstep/error.h"
#include "store_impl.h"

namespace lockstep {

void Store::Impl::require_writer() const {
  events->check_process();
  if (options.mode == StoreMode::kWrite) return;
  throw StorageError(path.string() + " is open for reading; open it for writing");
}

std::string Store::Impl::stored_name(IdSpace space, std::string_view external) const {
  if (options.pseudonym_key.empty()) return std::string(external);
  return pseudonym(options.pseudonym_key, space_name(space), external);
}

View Store::Impl::view() const {
  const std::shared_lock hold(guard);
  return {jobs.size(), totals};
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

void throw_damaged_block(const Database& database, Family family, const BlockKey& key) {
  throw CorruptData("a block of " + database.path().string() + " is damaged (" +
                    family_name(family) + ", kind " + std::to_string(key.kind) + ", day " +
                    std::to_string(key.day) + ", epoch " + std::to_string(key.epoch) +
                    "); restore it from a backup");
}

void throw_damaged_list(const Database& database) {
  throw CorruptData("a neighbour list of " + database.path().string() +
                    " is damaged; restore it from a backup");
}

void decode_or_throw(const Database& database, Family family, const BlockKey& key,
                     std::string_view block, std::vector<ActionRow>& rows) {
  const auto order = family == kSegments ? BlockOrder::kByObject : BlockOrder::kByAccount;
  if (!decode_block(block, order, key.kind, rows)) throw_damaged_block(database, family, key);
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

void Store::require_space(std::uint64_t bytes) const {
  require_free_space(impl_->path, bytes, impl_->options.reserve_bytes);
}

void Store::refresh() {
  impl_->events->check_process();
  if (impl_->options.mode == StoreMode::kWrite) return;
  impl_->catch_up();
}

std::uint64_t Store::epoch() const {
  impl_->events->check_process();
  const std::shared_lock hold(impl_->guard);
  return impl_->jobs.size();
}

std::vector<std::string> Store::kinds() const {
  impl_->events->check_process();
  std::vector<std::string> names;
  const auto view = impl_->view();
  for (const auto& kind : view.totals.kinds) names.push_back(kind.name);
  return names;
}

std::string Store::stored_name(IdSpace space, std::string_view external) const {
  impl_->events->check_process();
  return impl_->stored_name(space, external);
}

StoreInfo Store::info() const {
  impl_->events->check_process();
  const auto [epoch, totals] = impl_->view();
  StoreInfo info;
  info.path = impl_->path.string();
  info.uuid = impl_->format.uuid;
  info.schema_major = impl_->format.major;
  info.schema_minor = impl_->format.minor;
  info.pseudonymous = !impl_->format.key_check.empty();
  info.epoch = epoch;
  info.actions = totals.actions();
  info.accounts = totals.accounts;
  info.objects = totals.objects;
  {
    const std::shared_lock hold(impl_->guard);
    info.erased = impl_->erasures.sum().accounts;
  }
  info.kinds = totals.kinds;
  for (std::size_t family = kSegments; family < kFamilyCount; ++family) {
    info.families.push_back({family_name(family), impl_->events->bytes_of(family)});
  }
  // A compaction or another job may delete what we look at; what is gone takes no space.
  std::error_code gone;
  for (std::filesystem::recursive_directory_iterator at(impl_->path, gone), end; !gone && at != end;
       at.increment(gone)) {
    std::error_code error;
    const auto bytes = at->is_regular_file(error) ? at->file_size(error) : 0;
    if (!error) info.disk_bytes += bytes;
  }
  return info;
}

}  // namespace lockstep
