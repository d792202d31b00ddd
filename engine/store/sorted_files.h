#pragma once

#include <rocksdb/sst_file_writer.h>

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "layout.h"
#include "rocks.h"

namespace lockstep {

/// The sorted files of one job, one a family, in a folder of their own that goes with the object.
/// Different families may be written by different threads.
class SortedFiles {
 public:
  SortedFiles(const Database& database, const std::filesystem::path& store, std::uint64_t epoch);
  ~SortedFiles();
  SortedFiles(const SortedFiles&) = delete;
  SortedFiles& operator=(const SortedFiles&) = delete;

  /// Keys of a family must come in ascending order.
  void put(Family family, std::string_view key, std::string_view value);

  /// Adds all files to the database in one atomic step; then they are durable and visible.
  void ingest();

 private:
  [[nodiscard]] std::filesystem::path file(Family family) const;

  const Database& database_;
  std::uint64_t epoch_;
  std::filesystem::path folder_;
  std::array<std::unique_ptr<rocksdb::SstFileWriter>, kFamilyCount> writers_;
};

}  // namespace lockstep
