#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace lockstep {

constexpr int kSchemaMajor = 2;
constexpr int kSchemaMinor = 0;

/// The file FORMAT: what kind of store this is. Written last when a store is made, so that a
/// folder with it is a whole store.
struct FormatFile {
  int major = kSchemaMajor;
  int minor = kSchemaMinor;
  std::string uuid;
  std::string key_check;  ///< keyed hash of a constant; empty where ids are stored as they are

  /// Nothing where there is none. Throws NotAStore on a file that is not one, and
  /// StoreVersionError on a major schema that is not this program's.
  static std::optional<FormatFile> read(const std::filesystem::path& store);
  void write(const std::filesystem::path& store) const;
};

}  // namespace lockstep
