#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "lockstep/graph.h"
#include "lockstep/mapped_array.h"
#include "lockstep/run_control.h"
#include "lockstep/types.h"

namespace lockstep {

/// A column of values that stand `stride` bytes apart: a plain array, or a field of records.
template <class T>
class Column {
 public:
  Column() = default;
  explicit Column(std::span<const T> values) : Column(values.data(), sizeof(T)) {}
  Column(const T* first, std::size_t stride)
      : first_(reinterpret_cast<const std::byte*>(first)), stride_(stride) {}

  T operator[](std::size_t i) const {
    T value;
    std::memcpy(&value, first_ + i * stride_, sizeof(T));
    return value;
  }

 private:
  const std::byte* first_ = nullptr;
  std::size_t stride_ = 0;
};

/// Edges as the builder reads them: ends below `vertex_count`; self-loops are passed over.
struct EdgeSource {
  VertexId vertex_count = 0;
  std::size_t size = 0;
  Column<VertexId> source = {};
  Column<VertexId> target = {};
  Column<double> weight = {};
  Column<TimeS> time = {};
  bool weighted = false;
  bool timed = false;
};

/// Which row an edge goes to: that of its source, of its target, or both.
enum class RowsOf { kSource, kTarget, kBoth };

/// Compressed rows that own their arrays: sorted, repeats merged.
struct Rows {
  MappedArray<EdgeIndex> offsets;
  MappedArray<VertexId> targets;
  MappedArray<double> weights;  ///< empty where there are none
  MappedArray<TimeS> times;     ///< likewise
  std::uint64_t loops = 0;      ///< edges passed over
  std::uint64_t merged = 0;     ///< arcs merged into an equal one

  [[nodiscard]] CsrView view() const { return {{offsets.view(), targets.view()}, weights.view()}; }
};

/// Sorts edges into rows. Two passes: all arcs into buckets of neighbouring rows, in parallel over
/// the edges and in their order; then each bucket by row and target, within the cache.
[[nodiscard]] Rows build_rows(const EdgeSource& edges, RowsOf rows_of, RunControl* control);

}  // namespace lockstep
