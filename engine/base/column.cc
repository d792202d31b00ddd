#include "lockstep/column.h"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace lockstep {
namespace {

constexpr std::size_t kHugePage = 2 << 20;

}  // namespace

void* allocate_column(std::size_t bytes) {
  const bool large = bytes >= kHugePage;
  const std::size_t unit = large ? kHugePage : 64;
  const std::size_t rounded = (bytes / unit + 1) * unit;
  void* const memory = std::aligned_alloc(unit, rounded);
  if (memory == nullptr) throw std::bad_alloc();
  if (large) static_cast<void>(::madvise(memory, rounded, MADV_HUGEPAGE));  // a wish, no more
  return memory;
}

void free_column(void* memory) noexcept { std::free(memory); }

}  // namespace lockstep
