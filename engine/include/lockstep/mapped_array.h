#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "lockstep/error.h"

namespace lockstep {

/// A fixed-size array of plain values on pages of its own: in memory, or, where a folder is
/// given, in an unlinked file there, which the kernel may write out when memory is short.
/// New values are zero. Moves, never copies.
template <class T>
class MappedArray {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  MappedArray() = default;

  /// Throws StorageError where the pages, or the file, cannot be had.
  explicit MappedArray(std::size_t size, const std::string& spill_folder = {}) : size_(size) {
    if (size == 0) return;
    if (spill_folder.empty()) {
      map(MAP_PRIVATE | MAP_ANONYMOUS, -1, "memory");
      return;
    }
    std::string path = spill_folder + "/lockstep-spill-XXXXXX";
    const int file = ::mkstemp(path.data());
    if (file < 0) fail(spill_folder);
    ::unlink(path.c_str());
    // posix_fallocate, not ftruncate: a full disk is an error here, not a SIGBUS later.
    const int error = ::posix_fallocate(file, 0, static_cast<off_t>(bytes()));
    if (error != 0) {
      ::close(file);
      errno = error;
      fail(spill_folder);
    }
    map(MAP_SHARED, file, spill_folder);
  }

  MappedArray(MappedArray&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  MappedArray& operator=(MappedArray&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~MappedArray() {
    if (data_ != nullptr) ::munmap(data_, bytes());
  }

  /// Asks for large pages, with which scattered reads and writes miss the page tables less.
  void prefer_large_pages() {
    if (bytes() >= (4 << 20)) ::madvise(data_, bytes(), MADV_HUGEPAGE);  // only a wish
  }

  /// Gives up all values from `size` on, and their memory; pointers to the others stay good.
  void shrink(std::size_t size) {
    if (size >= size_) return;
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const auto pages_end = [&](std::size_t n) { return (n * sizeof(T) + page - 1) / page * page; };
    const auto keep = pages_end(size);
    const auto give_up = pages_end(size_) - keep;
    if (give_up != 0) ::munmap(reinterpret_cast<char*>(data_) + keep, give_up);
    size_ = size;
    if (size == 0) data_ = nullptr;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] T* data() { return data_; }
  [[nodiscard]] const T* data() const { return data_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  [[nodiscard]] std::span<T> view() { return {data_, size_}; }
  [[nodiscard]] std::span<const T> view() const { return {data_, size_}; }

 private:
  [[nodiscard]] std::size_t bytes() const { return size_ * sizeof(T); }

  [[noreturn]] void fail(const std::string& where) {
    throw StorageError("cannot reserve " + std::to_string(bytes() >> 20) + " MiB in " + where +
                       ": " + std::strerror(errno));
  }

  void map(int flags, int file, const std::string& where) {
    void* pages = ::mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, flags, file, 0);
    const int error = errno;
    if (file >= 0) ::close(file);
    errno = error;
    if (pages == MAP_FAILED) fail(where);
    data_ = static_cast<T*>(pages);
  }

  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace lockstep
