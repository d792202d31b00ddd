#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/run_control.h"

namespace lockstep {

/// The one way a RocksDB status leaves this folder: as an exception that names what and where.
void check(const rocksdb::Status& status, const std::string& what,
           const std::filesystem::path& path);

/// What the values of a column family are like.
enum class FamilyUse {
  kPlain,   ///< read in stretches: compressed as well as can be
  kPacked,  ///< blocks of bits: not compressed again
  kLookup,  ///< read one here, one there: small blocks, quick to decompress
};

/// Options that every database here is opened with; the reasons are in FORMAT.md.
[[nodiscard]] rocksdb::Options database_options(FamilyUse use = FamilyUse::kPlain);

/// A column family to open.
struct FamilyName {
  std::string name;
  FamilyUse use = FamilyUse::kPlain;
};

/// A private folder for the log of one follower; gone with the object, unless that is a copy in a
/// forked child.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int process_;
};

/// An open database and its column families, closed in the right order, and only by the process
/// that opened it: RocksDB's threads do not survive a fork, and closing would wait for them.
class Database {
 public:
  enum class Mode {
    kCreate,  ///< makes what is missing
    kWrite,   ///< everything must be there
    kFollow,  ///< a secondary beside a writer
  };

  Database(const std::filesystem::path& path, const std::vector<FamilyName>& families, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  [[nodiscard]] rocksdb::DB& db() const { return *db_; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* family(std::size_t i) const { return handles_[i]; }
  [[nodiscard]] std::size_t family_count() const { return handles_.size(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Throws StorageError in a process other than the one that opened it.
  void check_process() const;

  /// A snapshot-consistent iterator over one family, checksums verified.
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> iterate(std::size_t family) const;
  /// The like for one pass over a part of a family, up to `end`, which must outlive it:
  /// leaves the cache to others.
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> iterate_once(std::size_t family,
                                                                const rocksdb::Slice& end) const;
  /// `from`, `to`, and keys between them that cut the family into parts of like size, ascending.
  [[nodiscard]] std::vector<std::string> split(std::size_t family, const std::string& from,
                                               const std::string& to) const;
  /// Rewrites a family's files without what was erased or replaced; where `whole`, also those of
  /// the last level over which nothing lies, and which may keep what a reader still held when they
  /// were made. Interrupted within 50 ms.
  void compact(std::size_t family, bool whole, RunControl* control) const;
  /// Bytes of a family's sorted files.
  [[nodiscard]] std::uint64_t bytes_of(std::size_t family) const;
  /// Throws CorruptData or StorageError where an iterator stopped for a reason.
  void check(const rocksdb::Iterator& iterator) const;

 private:
  std::filesystem::path path_;
  std::unique_ptr<ScratchFolder> scratch_;  ///< followers only; outlives the database
  int process_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

/// A follower may look just as a writer replaces files, and find some gone; what is missing once it
/// looked again and again is lost.
template <class Look>
void look_again(const Look& look) {
  constexpr int kAttempts = 4;
  constexpr std::chrono::milliseconds kPause{40};
  for (int attempt = 1;; ++attempt) {
    try {
      return look();
    } catch (const CorruptData&) {
      if (attempt == kAttempts) throw;
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace lockstep
