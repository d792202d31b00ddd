#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>

namespace lockstep {

/// An unlinked temporary file that takes blocks of bytes in any order and gives them back.
/// Gone with the object, or with the process. Safe to use from several threads at once.
class SpillFile {
 public:
  /// Makes the file in `folder`, or in $TMPDIR or /tmp where that is empty, at the first write.
  explicit SpillFile(std::string folder);
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  /// Writes a block and returns its offset. Throws StorageError.
  std::uint64_t write(std::span<const std::byte> block);
  /// Reads back what stands at `offset`. Throws StorageError.
  void read(std::uint64_t offset, std::span<std::byte> block) const;

  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
  std::mutex guard_;
  int file_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace lockstep
