#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

namespace lockstep {

/// Memory for `bytes` bytes, not zeroed, on huge pages where it is large and the kernel has them:
/// the first touch of a page costs more than writing it. Throws std::bad_alloc.
[[nodiscard]] void* allocate_column(std::size_t bytes);
void free_column(void* memory) noexcept;

/// A fixed number of plain values that start out undefined, for passes that write each of them.
/// Moves, never copies.
template <class T>
class Column {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Column() = default;
  explicit Column(std::size_t size)
      : values_(static_cast<T*>(allocate_column(size * sizeof(T)))), size_(size) {}

  [[nodiscard]] std::size_t size() const { return values_ == nullptr ? 0 : size_; }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] T* data() { return values_.get(); }
  [[nodiscard]] const T* data() const { return values_.get(); }
  T& operator[](std::size_t i) { return values_.get()[i]; }
  const T& operator[](std::size_t i) const { return values_.get()[i]; }
  [[nodiscard]] std::span<T> view() { return {data(), size()}; }
  [[nodiscard]] std::span<const T> view() const { return {data(), size()}; }
  /// Keeps the first `size` values; the memory stays.
  void shrink(std::size_t size) { size_ = size; }

 private:
  struct Free {
    void operator()(T* values) const noexcept { free_column(values); }
  };
  std::unique_ptr<T, Free> values_;
  std::size_t size_ = 0;
};

}  // namespace lockstep
