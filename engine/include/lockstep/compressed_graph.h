#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <ranges>
#include <span>

#include "lockstep/graph.h"
#include "lockstep/mapped_array.h"
#include "lockstep/types.h"

namespace lockstep {

/// Neighbours of one vertex, decoded as they are walked; an input range, ascending.
///
/// A list is its degree, the first neighbour less the vertex (zigzag), and the gaps between
/// neighbours less 1, each in base-128 digits, low ones first. Whatever the bytes hold, no more
/// than `kPadding` bytes behind the end of the list are read.
class NeighbourCodes {
 public:
  static constexpr std::size_t kPadding = 8;  ///< bytes that must follow the last list

  class Iterator {
   public:
    using value_type = VertexId;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    Iterator(const std::uint8_t* at, const std::uint8_t* end, VertexId vertex) : end_(end) {
      if (at >= end) return;
      left_ = read(at);
      if (left_ == 0) return;
      if (at >= end) {
        left_ = 0;
        return;
      }
      const auto folded = read(at);
      at_ = at;
      now_ = vertex + static_cast<VertexId>(folded >> 1 ^ (~(folded & 1) + 1));
    }

    VertexId operator*() const { return now_; }
    Iterator& operator++() {
      if (--left_ == 0) return *this;
      if (at_ >= end_) {  // only of a damaged list
        left_ = 0;
        return *this;
      }
      now_ += static_cast<VertexId>(read(at_)) + 1;
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& it, std::default_sentinel_t) { return it.left_ == 0; }

    /// One number; at most five bytes.
    static std::uint64_t read(const std::uint8_t*& at) {
      std::uint64_t value = *at++;
      if (value < 0x80) return value;
      value &= 0x7f;
      for (int shift = 7; shift < 35; shift += 7) {
        const std::uint64_t byte = *at++;
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      return value;
    }

   private:
    const std::uint8_t* at_ = nullptr;
    const std::uint8_t* end_ = nullptr;
    std::uint64_t left_ = 0;
    VertexId now_ = 0;
  };

  NeighbourCodes(std::span<const std::uint8_t> list, VertexId vertex)
      : list_(list), vertex_(vertex) {}
  [[nodiscard]] Iterator begin() const {
    return {list_.data(), list_.data() + list_.size(), vertex_};
  }
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }
  [[nodiscard]] std::size_t size() const {
    const auto* at = list_.data();
    return list_.empty() ? 0 : Iterator::read(at);
  }

 private:
  std::span<const std::uint8_t> list_;
  VertexId vertex_;
};

/// A borrowed look at compressed rows; models NeighbourView. A vertex without neighbours has an
/// empty list.
struct CompressedView {
  std::span<const EdgeIndex> offsets;   ///< size() + 1 places in `codes`, ascending
  std::span<const std::uint8_t> codes;  ///< the lists, then NeighbourCodes::kPadding bytes
  EdgeIndex arcs = 0;

  [[nodiscard]] VertexId size() const {
    return offsets.empty() ? 0 : static_cast<VertexId>(offsets.size() - 1);
  }
  [[nodiscard]] EdgeIndex arc_count() const { return arcs; }
  [[nodiscard]] std::size_t degree(VertexId v) const { return neighbours(v).size(); }
  [[nodiscard]] NeighbourCodes neighbours(VertexId v) const {
    return {codes.subspan(offsets[v], offsets[v + 1ULL] - offsets[v]), v};
  }
};

/// A whole compressed graph, both ways; of an undirected one `in` is `out`.
struct CompressedPair {
  CompressedView out;
  CompressedView in;
  bool directed = false;
};

/// Rows in about 1 to 3 bytes an arc and 8 a vertex, without weights or times.
class CompressedGraph {
 public:
  CompressedGraph() : CompressedGraph(AdjacencyView{}) {}
  /// Compresses rows that are sorted and without repeats. O(arcs) time, in parallel; same bytes
  /// for any thread count.
  explicit CompressedGraph(const AdjacencyView& graph);

  [[nodiscard]] CompressedView view() const { return {offsets_.view(), codes_.view(), arcs_}; }

 private:
  MappedArray<EdgeIndex> offsets_;
  MappedArray<std::uint8_t> codes_;
  EdgeIndex arcs_ = 0;
};

/// The graph as plain rows in memory. O(arcs), in parallel. Its lists must be sound: see below.
[[nodiscard]] Graph decompressed(const CompressedPair& graph);

/// The first vertex whose list is not what CompressedGraph writes for ascending neighbours below
/// size(), or size() where the offsets or the number of arcs are wrong; nothing when all is well.
/// Reads no byte outside the view, whatever it holds. O(arcs), in parallel.
[[nodiscard]] std::optional<VertexId> first_damaged_list(const CompressedView& graph);

}  // namespace lockstep

/// Iterators know all they need: they may outlive the range.
template <>
inline constexpr bool std::ranges::enable_borrowed_range<lockstep::NeighbourCodes> = true;

static_assert(lockstep::NeighbourView<lockstep::CompressedView>);
