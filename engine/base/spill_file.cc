#include "lockstep/spill_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "lockstep/error.h"

namespace lockstep {
namespace {

std::string default_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

[[noreturn]] void fail(const std::string& what, const std::string& folder) {
  throw StorageError("cannot " + what + " a spill file in " + folder + ": " + std::strerror(errno) +
                     "; free space there or give another spill folder");
}

}  // namespace

SpillFile::SpillFile(std::string folder)
    : folder_(folder.empty() ? default_folder() : std::move(folder)) {}

SpillFile::~SpillFile() {
  if (file_ >= 0) ::close(file_);
}

std::uint64_t SpillFile::write(std::span<const std::byte> block) {
  std::uint64_t offset = 0;
  {
    const std::lock_guard lock(guard_);
    if (file_ < 0) {
      std::string path = folder_ + "/lockstep-spill-XXXXXX";
      file_ = ::mkstemp(path.data());
      if (file_ < 0) fail("make", folder_);
      ::unlink(path.c_str());
    }
    offset = size_;
    size_ += block.size();
  }
  for (std::size_t done = 0; done < block.size();) {
    const auto wrote = ::pwrite(file_, block.data() + done, block.size() - done,
                                static_cast<off_t>(offset + done));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) fail("write", folder_);
    done += static_cast<std::size_t>(wrote);
  }
  return offset;
}

void SpillFile::read(std::uint64_t offset, std::span<std::byte> block) const {
  for (std::size_t done = 0; done < block.size();) {
    const auto got =
        ::pread(file_, block.data() + done, block.size() - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail("read back", folder_);
    done += static_cast<std::size_t>(got);
  }
}

}  // namespace lockstep
