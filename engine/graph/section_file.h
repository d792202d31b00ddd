#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "../base/file_io.h"

namespace lockstep {

/// What a section of a snapshot holds; numbers are part of the format.
enum class SectionKind : std::uint32_t {
  kOutOffsets = 1,
  kOutTargets = 2,
  kOutWeights = 3,
  kOutTimes = 4,
  kInOffsets = 5,
  kInTargets = 6,
  kInWeights = 7,
  kInTimes = 8,
  kOutCodeOffsets = 9,
  kOutCodes = 10,
  kInCodeOffsets = 11,
  kInCodes = 12,
  kIdNumbers = 13,
  kIdTextOffsets = 14,
  kIdText = 15,
};

/// An array that goes into the file as it is.
struct Section {
  SectionKind kind;
  std::span<const std::byte> bytes;
};

template <class T>
[[nodiscard]] Section as_section(SectionKind kind, std::span<const T> values) {
  return {kind, std::as_bytes(values)};
}

/// The numbers in the header that readers need before they look at a section.
struct SectionFileLabel {
  std::uint64_t vertices = 0;
  std::uint64_t arcs = 0;
  std::uint64_t epoch = 0;
  bool directed = false;
};

/// Writes header, sections and checksums in the place of `path`. Throws StorageError.
void write_section_file(const std::filesystem::path& path, const SectionFileLabel& label,
                        std::span<const Section> sections);

/// A section file in memory, its header and lengths found good.
class SectionFile {
 public:
  /// Throws StorageError, StoreVersionError, CorruptData.
  explicit SectionFile(const std::filesystem::path& path);

  [[nodiscard]] const SectionFileLabel& label() const { return label_; }
  [[nodiscard]] std::uint64_t file_bytes() const { return file_.bytes().size(); }
  [[nodiscard]] bool has(SectionKind kind) const { return find(kind).has_value(); }
  /// A section as `count` values; CorruptData where it is missing or has another length.
  template <class T>
  [[nodiscard]] std::span<const T> values(SectionKind kind, std::uint64_t count) const {
    const auto bytes = find(kind);
    if (!bytes || bytes->size() % sizeof(T) != 0 || bytes->size() / sizeof(T) != count) {
      fail("a section has the wrong length");
    }
    return {reinterpret_cast<const T*>(bytes->data()), count};
  }
  /// A section of any length, or nothing.
  [[nodiscard]] std::optional<std::span<const std::byte>> find(SectionKind kind) const;

  /// Compares every byte with its checksum, in parallel. Throws CorruptData.
  void check_bytes() const;
  /// Throws CorruptData with path and remedy.
  [[noreturn]] void fail(const char* what) const;

 private:
  MappedFile file_;
  SectionFileLabel label_;
  std::vector<Section> sections_;
  std::uint64_t checks_at_ = 0;
};

}  // namespace lockstep
