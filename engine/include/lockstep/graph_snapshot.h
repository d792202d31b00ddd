#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "lockstep/compressed_graph.h"
#include "lockstep/graph.h"
#include "lockstep/types.h"

namespace lockstep {

/// What opening a snapshot looks at before it trusts the file.
enum class SnapshotCheck {
  kFull,    ///< every byte, and that no row can lead out of bounds; at the speed of memory
  kHeader,  ///< header and lengths, in microseconds: for files that were checked in full before
};

/// External ids of the vertices, by vertex: numbers, or text as Arrow's large_string has it; all
/// empty where vertices are their own names.
struct VertexIds {
  std::span<const std::int64_t> numbers;       ///< size()
  std::span<const std::int64_t> text_offsets;  ///< size() + 1 positions in `text`, ascending
  std::span<const char> text;
};

/// What stands in a snapshot beside the graph.
struct SnapshotLabel {
  std::uint64_t epoch = 0;  ///< of the store that it was made from; 0 where there was none
  VertexIds ids;
};

/// Writes a graph as one file, plain or compressed: there whole once this returns, and as it was
/// before on an error. Same graph and label, same bytes. See engine/graph/FORMAT.md.
/// Throws StorageError, and InvalidArgument on ids that do not fit the vertices.
void write_snapshot(const std::filesystem::path& path, const GraphView& graph,
                    const SnapshotLabel& label = {});
void write_snapshot(const std::filesystem::path& path, const CompressedPair& graph,
                    const SnapshotLabel& label = {});

/// A snapshot file, mapped: opened without reading it into memory, its pages shared by all
/// processes that open it. Copies share the mapping. What it hands out keeps the file mapped, but
/// for the views, which must not outlive it. A file that is replaced meanwhile stays as it was.
class GraphSnapshot {
 public:
  /// Throws StorageError (missing, no file, no permission), StoreVersionError (of a newer
  /// program), CorruptData (no snapshot, cut short, damaged; says where).
  static GraphSnapshot open(const std::filesystem::path& path,
                            SnapshotCheck check = SnapshotCheck::kFull);

  [[nodiscard]] std::uint64_t epoch() const;
  [[nodiscard]] VertexId size() const;
  [[nodiscard]] EdgeIndex arc_count() const;
  [[nodiscard]] bool is_directed() const;
  [[nodiscard]] bool is_compressed() const;
  [[nodiscard]] std::uint64_t file_bytes() const;
  [[nodiscard]] const VertexIds& ids() const;

  /// Throws InvalidArgument where the file holds the compressed form.
  [[nodiscard]] Graph graph() const;
  /// Throws InvalidArgument where the file holds the plain form.
  [[nodiscard]] const CompressedPair& compressed() const;

  struct Impl;

 private:
  explicit GraphSnapshot(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// Where the snapshot of an epoch lies in a folder of snapshots: <20 digits>.csr.
[[nodiscard]] std::filesystem::path snapshot_path(const std::filesystem::path& folder,
                                                  std::uint64_t epoch);
/// The highest epoch that has one there, if any has.
[[nodiscard]] std::optional<std::uint64_t> latest_snapshot(const std::filesystem::path& folder);

}  // namespace lockstep
