#pragma once

#include <rocksdb/sst_file_writer.h>

#include <array>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "layout.h"
#include "rocks.h"

namespace lockstep {

/// One sorted file of a family, written by one thread.
class SortedFile {
 public:
  SortedFile(const Database& database, Family family, std::filesystem::path path);

  /// Keys must come in ascending order.
  void put(std::string_view key, std::string_view value);
  /// Hides what the database has under a key; in the order of keys with `put`.
  void erase(std::string_view key);
  /// Ends the file and syncs it to the disk. Not for a file without keys.
  void finish();

 private:
  friend class SortedFiles;
  std::filesystem::path path_;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;
  rocksdb::ExternalSstFileInfo info_;
};

/// The sorted files of one job, or of one dropping of days, in a folder of their own that goes with
/// the object. Different files may be written by different threads.
class SortedFiles {
 public:
  SortedFiles(const Database& database, const std::filesystem::path& store, std::uint64_t epoch);
  ~SortedFiles();
  SortedFiles(const SortedFiles&) = delete;
  SortedFiles& operator=(const SortedFiles&) = delete;

  /// Another file of a family; its keys come after those of the family's files before.
  SortedFile& add(Family family);
  /// Ends the last file of a family, with the job's marker where the family has markers.
  void finish_last(Family family);

  /// Adds all files, which must be finished, to the database in one atomic step; then they are
  /// durable and visible. Families without files are left as they are.
  void ingest();

 private:
  const Database& database_;
  std::uint64_t epoch_;
  std::filesystem::path folder_;
  std::array<std::deque<SortedFile>, kFamilyCount> files_;
};

}  // namespace lockstep
