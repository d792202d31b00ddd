#include "sorted_files.h"

#include <unistd.h>

#include <system_error>
#include <vector>

#include "../base/file_io.h"
#include "lockstep/error.h"

namespace lockstep {

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
  for (auto& writer : writers_) writer.reset();
  std::error_code ignored;  // what stays is swept when the store is next opened for writing
  std::filesystem::remove_all(folder_, ignored);
}

std::filesystem::path SortedFiles::file(Family family) const {
  return folder_ / (std::to_string(family) + ".sst");
}

void SortedFiles::put(Family family, std::string_view key, std::string_view value) {
  auto& writer = writers_[family];
  if (!writer) {
    writer = std::make_unique<rocksdb::SstFileWriter>(
        rocksdb::EnvOptions(), database_options(is_packed(family)), database_.family(family));
    check(writer->Open(file(family).string()), "cannot write", file(family));
  }
  check(writer->Put(rocksdb::Slice(key.data(), key.size()),
                    rocksdb::Slice(value.data(), value.size())),
        "cannot write", file(family));
}

void SortedFiles::ingest() {
  for (std::size_t family = kSegments; family < kManifest; ++family) {
    put(static_cast<Family>(family), marker_key(epoch_), "");
  }
  std::vector<rocksdb::IngestExternalFileArg> arguments;
  for (std::size_t family = 0; family < kFamilyCount; ++family) {
    if (!writers_[family]) continue;
    const auto path = file(static_cast<Family>(family));
    rocksdb::ExternalSstFileInfo written;
    check(writers_[family]->Finish(&written), "cannot write", path);
    auto& argument = arguments.emplace_back();
    argument.column_family = database_.family(family);
    argument.external_files = {path.string()};
    // Summed as it was written: RocksDB need not read the file for it again.
    argument.files_checksums = {written.file_checksum};
    argument.files_checksum_func_names = {written.file_checksum_func_name};
    argument.options.verify_file_checksum = false;
    argument.options.move_files = true;
    argument.options.write_global_seqno = false;
  }
  sync_folder(folder_);
  check(database_.db().IngestExternalFiles(arguments), "cannot add a job to", database_.path());
}

}  // namespace lockstep
