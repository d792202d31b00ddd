#include "format_file.h"

#include <sstream>

#include "../base/file_io.h"
#include "lockstep/error.h"

namespace lockstep {
namespace {

constexpr const char* kMagic = "lockstep-store";
constexpr const char* kNoKey = "plain";

}  // namespace

std::optional<FormatFile> FormatFile::read(const std::filesystem::path& store) {
  const auto text = read_file(store / "FORMAT");
  if (!text) return std::nullopt;
  std::istringstream in(*text);
  std::string magic;
  FormatFile format;
  char dot = 0;
  in >> magic >> format.major >> dot >> format.minor;
  if (!in || magic != kMagic || dot != '.') {
    throw NotAStore(store.string() + " is not a Lockstep store: FORMAT does not say so");
  }
  if (format.major != kSchemaMajor) {
    const bool is_newer = format.major > kSchemaMajor;
    throw StoreVersionError(
        store.string() + " has schema " + std::to_string(format.major) + "." +
        std::to_string(format.minor) + ", " + (is_newer ? "newer" : "older") +
        " than this program's " + std::to_string(kSchemaMajor) + "." +
        std::to_string(kSchemaMinor) +
        (is_newer ? "; install a newer Lockstep" : "; ingest its files anew into another store"));
  }
  if (!(in >> format.uuid >> format.key_check)) {
    throw CorruptData((store / "FORMAT").string() + " is damaged; restore it from a backup");
  }
  if (format.key_check == kNoKey) format.key_check.clear();
  return format;
}

void FormatFile::write(const std::filesystem::path& store) const {
  replace_file(store / "FORMAT", std::string(kMagic) + " " + std::to_string(major) + "." +
                                     std::to_string(minor) + "\n" + uuid + "\n" +
                                     (key_check.empty() ? kNoKey : key_check) + "\n");
}

}  // namespace lockstep
