#include "section_file.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "../base/checksum.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::array<char, 8> kMagic{'\x89', 'L', 'S', 'C', 'S', 'R', '\r', '\n'};
constexpr std::uint32_t kVersion = 1;
constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kGroup = 1 << 20;  ///< bytes under one checksum
constexpr std::uint32_t kDirected = 1;
constexpr std::size_t kMostSections = 64;

struct Entry {
  std::uint32_t kind = 0;
  std::uint32_t reserved = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// First page of the file, byte for byte.
struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t flags = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t vertices = 0;
  std::uint64_t arcs = 0;
  std::uint64_t epoch = 0;
  std::uint64_t checks_offset = 0;    ///< one checksum for each group from the second page to here
  std::uint64_t checks_checksum = 0;  ///< of those
  std::uint64_t section_count = 0;
  std::array<Entry, kMostSections> sections = {};
  std::array<std::byte, 2480> unused = {};
  std::uint64_t checksum = 0;  ///< of the page up to here
};
static_assert(sizeof(Header) == kPage && offsetof(Header, checksum) == kPage - 8);

std::uint64_t checksum_of(const Header& header) {
  return checksum({reinterpret_cast<const std::byte*>(&header), offsetof(Header, checksum)});
}

std::uint64_t to_page(std::uint64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

/// Where everything stands.
Header lay_out(const SectionFileLabel& label, std::span<const Section> sections) {
  Header header;
  header.flags = label.directed ? kDirected : 0;
  header.vertices = label.vertices;
  header.arcs = label.arcs;
  header.epoch = label.epoch;
  header.section_count = sections.size();
  std::uint64_t at = kPage;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    header.sections[i] = {static_cast<std::uint32_t>(sections[i].kind), 0, at,
                          sections[i].bytes.size()};
    at = to_page(at + sections[i].bytes.size());
  }
  header.checks_offset = at;
  const auto groups = (at - kPage + kGroup - 1) / kGroup;
  header.file_bytes = at + groups * sizeof(std::uint64_t);
  return header;
}

/// The bytes of the file from `begin` on, as the sections there and zeros between them.
void gather(const Header& header, std::span<const Section> sections, std::uint64_t begin,
            std::span<std::byte> into) {
  std::fill(into.begin(), into.end(), std::byte{0});
  const auto end = begin + into.size();
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const auto& [kind, reserved, offset, bytes] = header.sections[i];
    const auto from = std::max(begin, offset);
    const auto to = std::min(end, offset + bytes);
    if (from >= to) continue;
    std::memcpy(into.data() + (from - begin), sections[i].bytes.data() + (from - offset),
                to - from);
  }
}

[[noreturn]] void fail_at(const std::filesystem::path& path, const std::string& what) {
  throw CorruptData("snapshot " + path.string() + " is damaged: " + what +
                    "; delete it and make it again");
}

/// The header of a file; whatever it says of lengths is so.
Header read_header(const MappedFile& file) {
  const auto bytes = file.bytes();
  const auto name = file.path().string();
  Header header;
  if (bytes.size() < kMagic.size() ||
      std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) {
    throw CorruptData(name + " is no graph snapshot, or its beginning is damaged; make it again");
  }
  if (bytes.size() < kPage) fail_at(file.path(), "it ends within its header");
  std::memcpy(static_cast<void*>(&header), bytes.data(), kPage);
  if (header.checksum != checksum_of(header)) fail_at(file.path(), "its header");
  if (header.version != kVersion) {
    throw StoreVersionError("snapshot " + name + " has version " + std::to_string(header.version) +
                            " and this program reads " + std::to_string(kVersion) +
                            "; use a newer program, or make it again with this one");
  }
  if (header.file_bytes != bytes.size()) {
    fail_at(file.path(), "it has " + std::to_string(bytes.size()) + " bytes of " +
                             std::to_string(header.file_bytes));
  }
  return header;
}

bool is_sound(const Header& header) {
  const auto body_end = header.checks_offset;
  if (header.vertices > 0xffffffffULL || header.section_count > kMostSections) return false;
  if (body_end < kPage || body_end > header.file_bytes || body_end % kPage != 0) return false;
  const auto groups = (body_end - kPage + kGroup - 1) / kGroup;
  if (header.file_bytes - body_end != groups * sizeof(std::uint64_t)) return false;
  auto before = kPage;
  for (std::size_t i = 0; i < header.section_count; ++i) {
    const auto& [kind, reserved, offset, bytes] = header.sections[i];
    if (offset < before || offset % kPage != 0 || offset > body_end) return false;
    if (bytes > body_end - offset) return false;
    before = offset + bytes;
  }
  return true;
}

}  // namespace

void write_section_file(const std::filesystem::path& path, const SectionFileLabel& label,
                        std::span<const Section> sections) {
  auto header = lay_out(label, sections);
  const auto folder = path.parent_path();
  require_free_space(folder.empty() ? "." : folder, header.file_bytes, 0);
  ReplacementFile file(path);
  const auto body = header.checks_offset - kPage;
  std::vector<std::uint64_t> checks((body + kGroup - 1) / kGroup);
  parallel_for_scratch(
      body, kGroup, [] { return std::vector<std::byte>(); },
      [&](std::vector<std::byte>& buffer, std::size_t begin, std::size_t end) {
        buffer.resize(end - begin);
        gather(header, sections, kPage + begin, buffer);
        checks[begin / kGroup] = checksum(buffer);
        file.write_at(kPage + begin, buffer);
      });
  const auto check_bytes = std::as_bytes(std::span(checks));
  file.write_at(header.checks_offset, check_bytes);
  header.checks_checksum = checksum(check_bytes);
  header.checksum = checksum_of(header);
  file.write_at(0, std::as_bytes(std::span(&header, 1)));
  file.commit();
}

SectionFile::SectionFile(const std::filesystem::path& path) : file_(path) {
  const auto header = read_header(file_);
  if (!is_sound(header)) fail("its header names parts that are not there");
  label_ = {header.vertices, header.arcs, header.epoch, (header.flags & kDirected) != 0};
  checks_at_ = header.checks_offset;
  const auto checks = file_.bytes().subspan(checks_at_);
  if (checksum(checks) != header.checks_checksum) fail("its checksums");
  for (std::size_t i = 0; i < header.section_count; ++i) {
    const auto& entry = header.sections[i];
    const auto kind = static_cast<SectionKind>(entry.kind);
    if (has(kind)) fail("it has a section twice");
    sections_.push_back({kind, file_.bytes().subspan(entry.offset, entry.bytes)});
  }
}

std::optional<std::span<const std::byte>> SectionFile::find(SectionKind kind) const {
  for (const auto& section : sections_) {
    if (section.kind == kind) return section.bytes;
  }
  return std::nullopt;
}

void SectionFile::check_bytes() const {
  const auto body = file_.bytes().subspan(kPage, checks_at_ - kPage);
  const auto* checks = file_.bytes().data() + checks_at_;
  const auto bad = parallel_reduce(
      body.size(), kGroup, body.size(),
      [&](std::size_t begin, std::size_t end) {
        std::uint64_t want = 0;
        std::memcpy(&want, checks + begin / kGroup * sizeof(want), sizeof(want));
        return checksum(body.subspan(begin, end - begin)) == want ? body.size() : begin;
      },
      [](std::size_t a, std::size_t b) { return std::min(a, b); });
  if (bad == body.size()) return;
  fail_at(file_.path(), "the MiB that begins at byte " + std::to_string(kPage + bad) +
                            " is not what was written");
}

void SectionFile::fail(const char* what) const { fail_at(file_.path(), what); }

}  // namespace lockstep
