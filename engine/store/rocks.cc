#include "rocks.h"

#include <rocksdb/cache.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <system_error>

#include "../base/file_io.h"
#include "../base/pseudonym.h"
#include "lockstep/error.h"

namespace lockstep {
namespace {

bool is_lost_file(const rocksdb::Status& status) {
  if (!status.IsIOError()) return false;
  const auto text = status.ToString();
  return text.find("No such file") != std::string::npos ||
         text.find("too short") != std::string::npos;
}

/// One for all databases of the process.
std::shared_ptr<rocksdb::Cache> shared_cache() {
  static const auto cache = rocksdb::NewLRUCache(64 << 20);
  return cache;
}

}  // namespace

void check(const rocksdb::Status& status, const std::string& what,
           const std::filesystem::path& path) {
  if (status.ok()) return;
  const std::string text = what + " " + path.string() + ": " + status.ToString();
  if (status.IsCorruption()) {
    throw CorruptData(text + "; run `lockstep store verify`, and restore from a backup");
  }
  if (status.IsNoSpace()) throw StorageError(text + "; free disk space and run it again");
  if (text.find("Permission denied") != std::string::npos) {
    throw StorageError(text + "; check its owner and permissions");
  }
  throw StorageError(text);
}

rocksdb::Options database_options(FamilyUse use) {
  rocksdb::Options options;
  options.paranoid_checks = true;
  options.track_and_verify_wals_in_manifest = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  options.recycle_log_file_num = 0;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.keep_log_file_num = 2;
  options.max_open_files = -1;
  options.max_background_jobs = 2;
  const bool packed = use == FamilyUse::kPacked;
  const bool lookup = use == FamilyUse::kLookup;
  options.compression = packed ? rocksdb::kNoCompression : rocksdb::kLZ4Compression;
  options.bottommost_compression = packed   ? rocksdb::kNoCompression
                                   : lookup ? rocksdb::kLZ4Compression
                                            : rocksdb::kZSTD;
  // Blocks of names come out smaller than at the usual level 3, and twice as fast.
  options.compression_opts.level = 1;
  options.bottommost_compression_opts.level = 1;
  options.bottommost_compression_opts.enabled = true;
  rocksdb::BlockBasedTableOptions table;
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  table.block_size = lookup ? 4 << 10 : 16 << 10;
  table.block_cache = shared_cache();
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.partition_filters = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.cache_index_and_filter_blocks = false;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

ScratchFolder::ScratchFolder()
    : path_(std::filesystem::temp_directory_path() / ("lockstep-" + random_name())),
      process_(::getpid()) {
  make_private_folder(path_);
}

ScratchFolder::~ScratchFolder() {
  if (process_ != ::getpid()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Database::Database(const std::filesystem::path& path, const std::vector<FamilyName>& families,
                   Mode mode)
    : path_(path),
      scratch_(mode == Mode::kFollow ? std::make_unique<ScratchFolder>() : nullptr),
      process_(::getpid()) {
  auto options = database_options();
  options.create_if_missing = mode == Mode::kCreate;
  options.create_missing_column_families = mode == Mode::kCreate;
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
  wanted.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions(options));
  for (const auto& family : families) {
    wanted.emplace_back(family.name, rocksdb::ColumnFamilyOptions(database_options(family.use)));
  }
  rocksdb::DB* opened = nullptr;
  const auto status =
      mode == Mode::kFollow
          ? rocksdb::DB::OpenAsSecondary(options, path.string(), scratch_->path().string(), wanted,
                                         &handles_, &opened)
          : rocksdb::DB::Open(options, path.string(), wanted, &handles_, &opened);
  std::error_code hidden;
  if (!status.ok() && !status.IsNoSpace() && !status.IsCorruption() &&
      !std::filesystem::exists(path / "CURRENT", hidden) && !hidden) {
    throw CorruptData("the database " + path.string() + " is gone (" + status.ToString() +
                      "); restore it from a backup");
  }
  // A file that is missing or too short is an I/O error to RocksDB and damage to us.
  if (is_lost_file(status)) {
    throw CorruptData("a file of " + path.string() + " is missing or cut short: " +
                      status.ToString() + "; restore it from a backup");
  }
  lockstep::check(status, "cannot open", path);
  db_.reset(opened);
}

Database::~Database() {
  if (!db_) return;
  if (process_ != ::getpid()) {
    static_cast<void>(db_.release());
    return;
  }
  for (auto* handle : handles_) {
    // Nothing is left to do about a failure here: the data is safe without it.
    static_cast<void>(db_->DestroyColumnFamilyHandle(handle));
  }
  static_cast<void>(db_->Close());
  db_.reset();
}

void Database::check_process() const {
  if (process_ == ::getpid()) return;
  throw StorageError("the store " + path_.parent_path().string() +
                     " was opened before this process was forked; open it again here");
}

std::unique_ptr<rocksdb::Iterator> Database::iterate(std::size_t family) const {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.total_order_seek = true;
  return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(options, handles_[family]));
}

std::unique_ptr<rocksdb::Iterator> Database::iterate_once(std::size_t family,
                                                          const rocksdb::Slice& end) const {
  rocksdb::ReadOptions options;
  options.verify_checksums = true;
  options.total_order_seek = true;
  options.fill_cache = false;
  options.iterate_upper_bound = &end;
  return std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(options, handles_[family]));
}

std::vector<std::string> Database::split(std::size_t family, const std::string& from,
                                         const std::string& to) const {
  std::vector<std::string> bounds{from, to};
  rocksdb::ColumnFamilyMetaData files;
  db_->GetColumnFamilyMetaData(handles_[family], &files);
  for (const auto& level : files.levels) {
    for (const auto& file : level.files) {
      if (file.smallestkey > from && file.smallestkey < to) bounds.push_back(file.smallestkey);
    }
  }
  std::sort(bounds.begin(), bounds.end());
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  return bounds;
}

void Database::compact(std::size_t family, bool whole, RunControl* control) const {
  std::atomic<bool> cancelled{false};
  rocksdb::CompactRangeOptions options;
  options.canceled = &cancelled;
  if (whole) {
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  }
  auto running = std::async(std::launch::async, [&] {
    return db_->CompactRange(options, handles_[family], nullptr, nullptr);
  });
  while (running.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) {
    if (control != nullptr && control->cancelled()) cancelled = true;
  }
  const rocksdb::Status status = running.get();
  if (cancelled) control->check();
  lockstep::check(status, "cannot compact", path_);
}

std::uint64_t Database::bytes_of(std::size_t family) const {
  rocksdb::ColumnFamilyMetaData files;
  db_->GetColumnFamilyMetaData(handles_[family], &files);
  return files.size;
}

void Database::check(const rocksdb::Iterator& iterator) const {
  lockstep::check(iterator.status(), "cannot read", path_);
}

}  // namespace lockstep
