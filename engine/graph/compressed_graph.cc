#include "lockstep/compressed_graph.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <memory>

#include "lockstep/parallel.h"
#include "rows.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 12;

using Codes = NeighbourCodes::Iterator;

std::uint64_t folded(VertexId from, VertexId to) {
  const auto apart = static_cast<std::int64_t>(to) - static_cast<std::int64_t>(from);
  return static_cast<std::uint64_t>(apart) << 1 ^ static_cast<std::uint64_t>(apart >> 63);
}

std::size_t code_bytes(std::uint64_t value) {
  return (static_cast<std::size_t>(std::bit_width(value | 1)) + 6) / 7;
}

/// Calls `put` with each number of a vertex's list.
template <class Put>
void for_each_code(std::span<const VertexId> row, VertexId vertex, const Put& put) {
  if (row.empty()) return;
  put(row.size());
  put(folded(vertex, row.front()));
  for (std::size_t i = 1; i < row.size(); ++i) put(row[i] - row[i - 1] - 1);
}

std::size_t list_bytes(std::span<const VertexId> row, VertexId vertex) {
  std::size_t bytes = 0;
  for_each_code(row, vertex, [&](std::uint64_t value) { bytes += code_bytes(value); });
  return bytes;
}

void write_list(std::span<const VertexId> row, VertexId vertex, std::uint8_t* at) {
  for_each_code(row, vertex, [&](std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) *at++ = static_cast<std::uint8_t>(value | 0x80);
    *at++ = static_cast<std::uint8_t>(value);
  });
}

/// Running sums in place over values[1..]; values[0] stays.
void add_up(std::span<EdgeIndex> values) {
  for (std::size_t i = 1; i < values.size(); ++i) values[i] += values[i - 1];
}

/// Whether the next number is in its shortest form and within the list; steps over it.
bool next_code(const std::uint8_t*& at, const std::uint8_t* end, std::uint64_t& value) {
  if (at >= end) return false;
  const auto* from = at;
  value = Codes::read(at);
  return at <= end && static_cast<std::size_t>(at - from) == code_bytes(value);
}

/// The arcs of a list that is as it should be.
std::optional<EdgeIndex> count_if_sound(std::span<const std::uint8_t> list, VertexId vertex,
                                        VertexId vertices) {
  if (list.empty()) return 0;
  const auto* at = list.data();
  const auto* end = at + list.size();
  std::uint64_t degree = 0;
  std::uint64_t value = 0;
  if (!next_code(at, end, degree) || degree == 0 || !next_code(at, end, value)) return {};
  const auto apart = static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
  auto now = static_cast<std::int64_t>(vertex) + apart;
  for (std::uint64_t i = 1; i < degree && now >= 0 && now < vertices; ++i) {
    if (!next_code(at, end, value)) return {};
    now += static_cast<std::int64_t>(value) + 1;
  }
  if (at != end || now < 0 || now >= vertices) return {};
  return degree;
}

bool has_sound_offsets(const CompressedView& graph) {
  const auto offsets = graph.offsets;
  if (offsets.empty() || offsets.size() - 1 > std::numeric_limits<VertexId>::max()) return false;
  if (offsets.front() != 0 || graph.codes.size() < NeighbourCodes::kPadding) return false;
  if (offsets.back() != graph.codes.size() - NeighbourCodes::kPadding) return false;
  return parallel_reduce(
      offsets.size() - 1, kGrain, true,
      [&](std::size_t begin, std::size_t end) {
        while (begin < end && offsets[begin] <= offsets[begin + 1]) ++begin;
        return begin == end;
      },
      std::logical_and<>());
}

/// Rows written out again; those of a graph in memory that `view` looks at.
struct Decompressed {
  Rows out;
  Rows in;
  GraphView view;
};

Rows decompressed_rows(const CompressedView& graph) {
  Rows rows;
  rows.offsets = MappedArray<EdgeIndex>(graph.size() + 1ULL);
  rows.targets = MappedArray<VertexId>(graph.arc_count());
  rows.offsets.prefer_large_pages();
  rows.targets.prefer_large_pages();
  for (VertexId v = 0; v < graph.size(); ++v) {
    rows.offsets[v + 1ULL] = rows.offsets[v] + graph.degree(v);
  }
  parallel_for(graph.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto v = begin; v < end; ++v) {
      auto at = rows.offsets[v];
      for (const VertexId other : graph.neighbours(static_cast<VertexId>(v))) {
        rows.targets[at++] = other;
      }
    }
  });
  return rows;
}

/// What was read up to some vertex.
struct Progress {
  EdgeIndex arcs = 0;
  std::optional<VertexId> damaged;
};

}  // namespace

CompressedGraph::CompressedGraph(const AdjacencyView& graph)
    : offsets_(graph.size() + 1ULL), arcs_(graph.arc_count()) {
  parallel_for(graph.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto v = begin; v < end; ++v) {
      const auto vertex = static_cast<VertexId>(v);
      offsets_[v + 1] = list_bytes(graph.neighbours(vertex), vertex);
    }
  });
  add_up(offsets_.view());
  codes_ = MappedArray<std::uint8_t>(offsets_[graph.size()] + NeighbourCodes::kPadding);
  codes_.prefer_large_pages();
  parallel_for(graph.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto v = begin; v < end; ++v) {
      const auto vertex = static_cast<VertexId>(v);
      write_list(graph.neighbours(vertex), vertex, codes_.data() + offsets_[v]);
    }
  });
}

Graph decompressed(const CompressedPair& graph) {
  const auto held = std::make_shared<Decompressed>();
  held->out = decompressed_rows(graph.out);
  if (graph.directed) held->in = decompressed_rows(graph.in);
  held->view.out = held->out.view();
  held->view.in = graph.directed ? held->in.view() : held->view.out;
  held->view.directed = graph.directed;
  return Graph(std::shared_ptr<const GraphView>(held, &held->view));
}

std::optional<VertexId> first_damaged_list(const CompressedView& graph) {
  if (!has_sound_offsets(graph)) return graph.size();
  const auto read = parallel_reduce(
      graph.size(), kGrain, Progress{},
      [&](std::size_t begin, std::size_t end) {
        Progress part;
        for (auto v = begin; v < end && !part.damaged; ++v) {
          const auto list =
              graph.codes.subspan(graph.offsets[v], graph.offsets[v + 1] - graph.offsets[v]);
          const auto arcs = count_if_sound(list, static_cast<VertexId>(v), graph.size());
          if (!arcs) part.damaged = static_cast<VertexId>(v);
          part.arcs += arcs.value_or(0);
        }
        return part;
      },
      [](const Progress& a, const Progress& b) {
        return Progress{a.arcs + b.arcs, a.damaged ? a.damaged : b.damaged};
      });
  if (read.damaged) return read.damaged;
  return read.arcs == graph.arcs ? std::nullopt : std::optional(graph.size());
}

}  // namespace lockstep
