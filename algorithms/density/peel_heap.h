#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/types.h"

namespace lockstep {

/// Vertices by their weight, the lightest first, of equals the first; weights only fall.
class PeelHeap {
 public:
  /// Takes in `vertices` at `weight[v]` each. `n` bounds their numbers. O(vertices + n).
  PeelHeap(std::span<const VertexId> vertices, std::span<const std::uint64_t> weight,
           std::size_t n);

  [[nodiscard]] bool empty() const { return items_.empty(); }
  VertexId pop();
  /// Of a vertex that is in the heap.
  void lower(VertexId v, std::uint64_t weight);

 private:
  struct Item {
    std::uint64_t weight;
    VertexId vertex;
    friend bool operator<(const Item& a, const Item& b) {
      return a.weight != b.weight ? a.weight < b.weight : a.vertex < b.vertex;
    }
  };

  void put(std::size_t at, const Item& item);
  void rise(std::size_t at, Item item);
  void sink(std::size_t at, Item item);

  std::vector<Item> items_;           // four children an item: shallow, and lowering is cheap
  std::vector<std::uint32_t> place_;  // of each vertex
};

}  // namespace lockstep
