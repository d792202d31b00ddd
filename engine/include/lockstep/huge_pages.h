#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lockstep {

/// Asks the kernel to back [data, data + bytes) with pages of 2 MiB, where it can. Arrays of many
/// megabytes that are read at random wait half as long then: fewer addresses to translate. Best
/// before the first touch, which is then also one fault for 512. Only a hint.
inline void advise_huge_pages(void* data, std::size_t bytes) {
#ifdef MADV_HUGEPAGE
  constexpr std::uintptr_t kPage = std::uintptr_t{1} << 21;
  const auto first = (reinterpret_cast<std::uintptr_t>(data) + kPage - 1) / kPage * kPage;
  const auto last = (reinterpret_cast<std::uintptr_t>(data) + bytes) / kPage * kPage;
  if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#else
  (void)data;
  (void)bytes;
#endif
}

/// A vector of n zeros, on huge pages where it is large.
template <class T>
std::vector<T> huge_vector(std::size_t n, T value = {}) {
  std::vector<T> values;
  values.reserve(n);
  advise_huge_pages(values.data(), n * sizeof(T));
  values.resize(n, value);
  return values;
}

}  // namespace lockstep
