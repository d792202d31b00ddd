#include "sorted_files.h"

#include <unistd.h>

#include <system_error>
#include <vector>

#include "../base/file_io.h"
#include "lockstep/error.h"

namespace lockstep {
namespace {

constexpr bool kDropFromPageCache = false;  // what was stored is often read next

rocksdb::EnvOptions file_options() {
  rocksdb::EnvOptions options;
  options.bytes_per_sync = 1 << 20;  // the disk writes while we go on, and little is left to sync
  return options;
}

}  // namespace

SortedFile::SortedFile(const Database& database, Family family, std::filesystem::path path)
    : path_(std::move(path)),
      writer_(std::make_unique<rocksdb::SstFileWriter>(
          file_options(), database_options(families()[family - 1].use), database.family(family),
          kDropFromPageCache)) {
  check(writer_->Open(path_.string()), "cannot write", path_);
}

void SortedFile::put(std::string_view key, std::string_view value) {
  check(writer_->Put(rocksdb::Slice(key.data(), key.size()),
                     rocksdb::Slice(value.data(), value.size())),
        "cannot write", path_);
}

void SortedFile::erase(std::string_view key) {
  check(writer_->Delete(rocksdb::Slice(key.data(), key.size())), "cannot write", path_);
}

void SortedFile::finish() {
  check(writer_->Finish(&info_), "cannot write", path_);
  writer_.reset();
}

SortedFiles::SortedFiles(const Database& database, const std::filesystem::path& store,
                         std::uint64_t epoch)
    : database_(database),
      epoch_(epoch),
      folder_(store / ("tmp." + std::to_string(::getpid()) + "." + std::to_string(epoch))) {
  std::error_code error;
  std::filesystem::create_directory(folder_, error);
  if (error) fail("make", folder_, error.value());
}

SortedFiles::~SortedFiles() {
  for (auto& files : files_) files.clear();
  std::error_code ignored;  // what stays is swept when the store is next opened for writing
  std::filesystem::remove_all(folder_, ignored);
}

SortedFile& SortedFiles::add(Family family) {
  auto& files = files_[family];
  const auto name = std::to_string(family) + "." + std::to_string(files.size()) + ".sst";
  return files.emplace_back(database_, family, folder_ / name);
}

void SortedFiles::finish_last(Family family) {
  auto& file = files_[family].back();
  if (family != kManifest) file.put(marker_key(epoch_), "");
  file.finish();
}

void SortedFiles::ingest() {
  std::vector<rocksdb::IngestExternalFileArg> arguments;
  for (std::size_t family = kSegments; family < kFamilyCount; ++family) {
    if (files_[family].empty()) continue;
    auto& argument = arguments.emplace_back();
    argument.column_family = database_.family(family);
    for (const auto& file : files_[family]) {
      argument.external_files.push_back(file.path_.string());
      // Summed as it was written: RocksDB need not read the file for it again.
      argument.files_checksums.push_back(file.info_.file_checksum);
      argument.files_checksum_func_names.push_back(file.info_.file_checksum_func_name);
    }
    argument.options.verify_file_checksum = false;
    argument.options.move_files = true;
    argument.options.write_global_seqno = false;
  }
  sync_folder(folder_);
  check(database_.db().IngestExternalFiles(arguments), "cannot add files to", database_.path());
}

}  // namespace lockstep
