#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace lockstep {

/// Throws StorageError: cannot do `what` to `path`, why (an errno), and the remedy if one is known.
[[noreturn]] void fail(const std::string& what, const std::filesystem::path& path, int error);

/// A whole small file, or nothing where there is none. Throws StorageError.
[[nodiscard]] std::optional<std::string> read_file(const std::filesystem::path& path);

/// Replaces a file so that after a crash either the old or the new content is there.
void replace_file(const std::filesystem::path& path, std::string_view content);

/// Appends to a file and returns once the bytes are on the disk; on an error the file is as it was.
void append_synced(const std::filesystem::path& path, std::string_view content);

/// Makes the folder's own entries durable.
void sync_folder(const std::filesystem::path& folder);

/// Makes a folder, and those above it, that only its owner may enter.
void make_private_folder(const std::filesystem::path& folder);

/// Sets aside disk space for `bytes` more at the end of a file, where the file system can, so
/// that an append of as many does not find the disk full.
void reserve_space(const std::filesystem::path& path, std::uint64_t bytes);

/// Throws StorageError unless `bytes`, and `reserve` beyond them, are free on the disk that holds
/// `folder`.
void require_free_space(const std::filesystem::path& folder, std::uint64_t bytes,
                        std::uint64_t reserve);

/// A new file in the place of `path`: written in any order and by several threads, there whole
/// once `commit` returns, and leaving no trace without it, also where the process is killed if the
/// file system knows files without a name. Functions throw StorageError.
class ReplacementFile {
 public:
  explicit ReplacementFile(std::filesystem::path path);
  ~ReplacementFile();
  ReplacementFile(const ReplacementFile&) = delete;
  ReplacementFile& operator=(const ReplacementFile&) = delete;

  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) const;
  /// Syncs the file, gives it its name, and syncs the folder.
  void commit();

 private:
  void name_it();

  std::filesystem::path path_;
  std::string fresh_;      ///< its name before `commit` gives it the right one
  bool is_named_ = false;  ///< whether `fresh_` is there
  int file_ = -1;
};

/// A whole file in memory, read-only, its pages shared with all who map it.
class MappedFile {
 public:
  /// Throws StorageError where it is missing, no file, or cannot be read.
  explicit MappedFile(std::filesystem::path path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::span<const std::byte> bytes_;
};

/// An exclusive advisory lock on a file, held as long as the object lives. The file keeps a line
/// saying who holds it.
class FileLock {
 public:
  /// Throws StoreLocked, naming the holder, where somebody else has it.
  explicit FileLock(const std::filesystem::path& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

/// A shared lock on the file of a FileLock: many may have it, but none beside the FileLock's
/// holder. Whoever cannot get it within `wait`, or may not read the file, goes on without.
class SharedFileLock {
 public:
  SharedFileLock(const std::filesystem::path& path, std::chrono::milliseconds wait);
  ~SharedFileLock();
  SharedFileLock(const SharedFileLock&) = delete;
  SharedFileLock& operator=(const SharedFileLock&) = delete;

 private:
  int file_;
};

}  // namespace lockstep
