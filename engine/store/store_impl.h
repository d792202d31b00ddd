#pragma once

#include <filesystem>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "../base/file_io.h"
#include "block.h"
#include "erasures.h"
#include "format_file.h"
#include "layout.h"
#include "ledger.h"
#include "lockstep/store.h"
#include "retention.h"
#include "rocks.h"

namespace lockstep {

struct Store::Impl {
  explicit Impl(std::filesystem::path store_path, StoreOptions store_options);

  std::filesystem::path path;
  StoreOptions options;
  FormatFile format;
  Ledger ledger;
  std::unique_ptr<FileLock> lock;  ///< writers only; outlives the database
  std::unique_ptr<Database> events;

  mutable std::shared_mutex guard;  ///< over what follows
  std::vector<JobReceipt> jobs;
  std::vector<Retention> retentions;       ///< what was dropped or erased of them, by number
  std::vector<ForgetReceipt> forgettings;  ///< of names, by number
  Erasures erasures;
  Totals totals;
  std::uint64_t noted = 0;  ///< jobs that have their line in the ledger
  bool job_running = false;

  /// Reads manifest and totals, and holds them against the ledger as it was before.
  void load(const std::vector<JobReceipt>& known);
  /// For a reader: sees what was committed since.
  void catch_up();
  /// Adds the lines that the ledger lacks: of a job whose writer was killed, or met an error,
  /// between the database and the ledger.
  void note_jobs();
  /// StorageError on a store that was opened for reading.
  void require_writer() const;
  [[nodiscard]] std::string stored_name(IdSpace space, std::string_view external) const;
  [[nodiscard]] View view() const;

 private:
  void open_writer();
  void open_reader();
  void create();
  void adopt_format(const FormatFile& found);
  [[nodiscard]] std::string key_check() const;
  void compare_with_ledger(const std::vector<JobReceipt>& known,
                           const std::vector<JobReceipt>& found) const;
  void check_markers(std::uint64_t epoch) const;
};

/// The days that times in [from_s, to_s) fall on, clamped to what keys can hold.
struct DayRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
};
[[nodiscard]] DayRange days_between(TimeS from_s, TimeS to_s);

/// A block's key or CorruptData.
[[nodiscard]] BlockKey parse_or_throw(const Database& database, std::string_view key);

/// Throws CorruptData naming the block.
[[noreturn]] void throw_damaged_block(const Database& database, Family family, const BlockKey& key);

/// Throws CorruptData where a list of neighbours cannot be read.
[[noreturn]] void throw_damaged_list(const Database& database);

/// Decodes a block or throws CorruptData naming it.
void decode_or_throw(const Database& database, Family family, const BlockKey& key,
                     std::string_view block, std::vector<ActionRow>& rows);

}  // namespace lockstep
