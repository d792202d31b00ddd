#include "peel_heap.h"

#include <algorithm>

namespace lockstep {
namespace {

constexpr std::size_t kChildren = 4;

}  // namespace

PeelHeap::PeelHeap(std::span<const VertexId> vertices, std::span<const std::uint64_t> weight,
                   std::size_t n)
    : place_(n) {
  items_.reserve(vertices.size());
  for (const VertexId v : vertices) {
    place_[v] = static_cast<std::uint32_t>(items_.size());
    items_.push_back({weight[v], v});
  }
  for (std::size_t at = items_.size() / kChildren + 1; at-- > 0;) {
    if (at < items_.size()) sink(at, items_[at]);
  }
}

VertexId PeelHeap::pop() {
  const VertexId top = items_.front().vertex;
  const Item last = items_.back();
  items_.pop_back();
  if (!items_.empty()) sink(0, last);
  return top;
}

void PeelHeap::lower(VertexId v, std::uint64_t weight) { rise(place_[v], {weight, v}); }

void PeelHeap::put(std::size_t at, const Item& item) {
  items_[at] = item;
  place_[item.vertex] = static_cast<std::uint32_t>(at);
}

void PeelHeap::rise(std::size_t at, Item item) {
  while (at > 0) {
    const std::size_t parent = (at - 1) / kChildren;
    if (!(item < items_[parent])) break;
    put(at, items_[parent]);
    at = parent;
  }
  put(at, item);
}

void PeelHeap::sink(std::size_t at, Item item) {
  while (true) {
    const std::size_t first = kChildren * at + 1;
    if (first >= items_.size()) break;
    const auto begin = items_.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end =
        items_.begin() + static_cast<std::ptrdiff_t>(std::min(first + kChildren, items_.size()));
    const auto least = std::min_element(begin, end);
    if (!(*least < item)) break;
    const auto next = static_cast<std::size_t>(least - items_.begin());
    put(at, *least);
    at = next;
  }
  put(at, item);
}

}  // namespace lockstep
