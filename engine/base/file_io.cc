#include "file_io.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "lockstep/error.h"

namespace lockstep {
namespace {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags, const char* what)
      : file_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (file_ < 0) fail(what, path, errno);
  }
  ~Descriptor() { ::close(file_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return file_; }

 private:
  int file_;
};

void write_all(int file, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const auto wrote = ::write(file, content.data(), content.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) fail("write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(wrote));
  }
  if (::fsync(file) != 0) fail("sync", path, errno);
}

}  // namespace

void fail(const std::string& what, const std::filesystem::path& path, int error) {
  std::string remedy;
  if (error == ENOSPC || error == EDQUOT) remedy = "; free disk space and run it again";
  if (error == EACCES || error == EPERM) remedy = "; check its owner and permissions";
  throw StorageError("cannot " + what + " " + path.string() + ": " + std::strerror(error) + remedy);
}

std::optional<std::string> read_file(const std::filesystem::path& path) {
  if (::access(path.c_str(), F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return std::nullopt;
  }
  const Descriptor file(path, O_RDONLY, "read");
  std::string content;
  std::array<char, 1 << 16> buffer{};
  while (true) {
    const auto got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", path, errno);
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void replace_file(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path fresh = path.string() + ".tmp";
  write_all(Descriptor(fresh, O_WRONLY | O_CREAT | O_TRUNC, "write").get(), content, fresh);
  if (::rename(fresh.c_str(), path.c_str()) != 0) fail("rename", fresh, errno);
  sync_folder(path.parent_path());
}

void append_synced(const std::filesystem::path& path, std::string_view content) {
  const Descriptor file(path, O_WRONLY | O_CREAT | O_APPEND, "append to");
  const auto before = ::lseek(file.get(), 0, SEEK_END);
  if (before < 0) fail("append to", path, errno);
  try {
    write_all(file.get(), content, path);
  } catch (const StorageError&) {
    // Half a line would spoil the next one. Should this fail too, the next writer cuts it off.
    static_cast<void>(::ftruncate(file.get(), before) != 0);
    throw;
  }
}

void make_private_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail("make", folder, error.value());
  if (::chmod(folder.c_str(), 0700) != 0) fail("close to others", folder, errno);
}

void reserve_space(const std::filesystem::path& path, std::uint64_t bytes) {
  const Descriptor file(path, O_WRONLY | O_CREAT, "write");
  const auto end = ::lseek(file.get(), 0, SEEK_END);
  if (end < 0) fail("write", path, errno);
  if (::fallocate(file.get(), FALLOC_FL_KEEP_SIZE, end, static_cast<off_t>(bytes)) == 0) return;
  if (errno != EOPNOTSUPP && errno != ENOSYS) fail("extend", path, errno);
}

void sync_folder(const std::filesystem::path& folder) {
  const Descriptor file(folder, O_RDONLY | O_DIRECTORY, "open");
  if (::fsync(file.get()) != 0) fail("sync", folder, errno);
}

void require_free_space(const std::filesystem::path& folder, std::uint64_t bytes,
                        std::uint64_t reserve) {
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0) fail("look at the disk of", folder, errno);
  const std::uint64_t free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  if (free >= reserve && free - reserve >= bytes) return;
  throw StorageError("the disk of " + folder.string() + " has " + std::to_string(free >> 20) +
                     " MiB free, and this needs " + std::to_string((bytes >> 20) + 1) +
                     " MiB and leaves " + std::to_string(reserve >> 20) +
                     " MiB; free disk space and run it again");
}

ReplacementFile::ReplacementFile(std::filesystem::path path)
    : path_(std::move(path)), fresh_(path_.string() + ".tmp-XXXXXX") {
  // A file without a name until it is whole: one that is killed leaves nothing to sweep up.
  const auto folder = path_.parent_path();
  if (::access("/proc/self/fd", X_OK) == 0) {
    file_ = ::open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  }
  if (file_ >= 0) return;
  file_ = ::mkostemp(fresh_.data(), O_CLOEXEC);
  if (file_ < 0) fail("write", path_, errno);
  is_named_ = true;
}

ReplacementFile::~ReplacementFile() {
  if (file_ < 0) return;
  ::close(file_);
  if (is_named_) ::unlink(fresh_.c_str());
}

void ReplacementFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const auto wrote = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) fail("write", path_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    offset += static_cast<std::uint64_t>(wrote);
  }
}

void ReplacementFile::commit() {
  if (::fsync(file_) != 0) fail("sync", path_, errno);
  if (!is_named_) name_it();
  if (::rename(fresh_.c_str(), path_.c_str()) != 0) fail("write", path_, errno);
  ::close(std::exchange(file_, -1));
  const auto folder = path_.parent_path();
  sync_folder(folder.empty() ? "." : folder);
}

void ReplacementFile::name_it() {
  const std::string unnamed = "/proc/self/fd/" + std::to_string(file_);
  fresh_ = path_.string() + ".tmp-" + std::to_string(::getpid()) + "-" + std::to_string(file_);
  ::unlink(fresh_.c_str());  // of a process of the same number, killed right here
  if (::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, fresh_.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    fail("write", path_, errno);
  }
  is_named_ = true;
}

MappedFile::MappedFile(std::filesystem::path path) : path_(std::move(path)) {
  const Descriptor file(path_, O_RDONLY, "open");
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) fail("open", path_, errno);
  if (!S_ISREG(about.st_mode)) {
    throw StorageError("cannot open " + path_.string() + ": it is no file; give the path of one");
  }
  const auto size = static_cast<std::size_t>(about.st_size);
  if (size == 0) return;
  void* pages = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  if (pages == MAP_FAILED) fail("map", path_, errno);
  bytes_ = {static_cast<const std::byte*>(pages), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

FileLock::FileLock(const std::filesystem::path& path)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (file_ < 0) fail("open", path, errno);
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    const int error = errno;
    ::close(std::exchange(file_, -1));
    if (error != EWOULDBLOCK) fail("lock", path, error);
    const auto holder = read_file(path).value_or("");
    throw StoreLocked(path.parent_path().string() + " is in use by another writer (" +
                      (holder.empty() ? "unknown" : holder) + "); wait for it to end");
  }
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string line = "process " + std::to_string(::getpid()) + " on " + host.data();
  if (::ftruncate(file_, 0) == 0) {
    static_cast<void>(::pwrite(file_, line.data(), line.size(), 0) < 0);  // only a courtesy
  }
}

FileLock::~FileLock() {
  if (file_ >= 0) ::close(file_);
}

SharedFileLock::SharedFileLock(const std::filesystem::path& path, std::chrono::milliseconds wait)
    : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  const auto end = std::chrono::steady_clock::now() + wait;
  while (file_ >= 0 && ::flock(file_, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK &&
         std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

SharedFileLock::~SharedFileLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace lockstep
