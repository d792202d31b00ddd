#include "lockstep/graph_snapshot.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "section_file.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 14;

/// Where one direction of a graph stands.
struct RowSections {
  SectionKind offsets;
  SectionKind targets;
  SectionKind weights;
  SectionKind times;
  SectionKind code_offsets;
  SectionKind codes;
};

constexpr RowSections kOut{SectionKind::kOutOffsets,     SectionKind::kOutTargets,
                           SectionKind::kOutWeights,     SectionKind::kOutTimes,
                           SectionKind::kOutCodeOffsets, SectionKind::kOutCodes};
constexpr RowSections kIn{SectionKind::kInOffsets,     SectionKind::kInTargets,
                          SectionKind::kInWeights,     SectionKind::kInTimes,
                          SectionKind::kInCodeOffsets, SectionKind::kInCodes};

/// A graph of no vertex may come without offsets; in the file they are there.
constexpr std::array<EdgeIndex, 1> kNoOffsets{0};

void add_rows(std::vector<Section>& sections, const RowSections& kinds, const CsrView& rows,
              std::span<const TimeS> times) {
  const auto offsets = rows.offsets.empty() ? std::span<const EdgeIndex>(kNoOffsets) : rows.offsets;
  sections.push_back(as_section(kinds.offsets, offsets));
  sections.push_back(as_section(kinds.targets, rows.targets));
  if (!rows.weights.empty()) sections.push_back(as_section(kinds.weights, rows.weights));
  if (!times.empty()) sections.push_back(as_section(kinds.times, times));
}

void add_rows(std::vector<Section>& sections, const RowSections& kinds,
              const CompressedView& rows) {
  sections.push_back(as_section(kinds.code_offsets, rows.offsets));
  sections.push_back(as_section(kinds.codes, rows.codes));
}

void add_ids(std::vector<Section>& sections, const VertexIds& ids, std::uint64_t vertices) {
  const bool text_fits = ids.text_offsets.empty() || ids.text_offsets.size() == vertices + 1;
  const bool numbers_fit = ids.numbers.empty() || ids.numbers.size() == vertices;
  if (!text_fits || !numbers_fit || (!ids.numbers.empty() && !ids.text_offsets.empty())) {
    throw InvalidArgument("the ids do not fit the " + std::to_string(vertices) +
                          " vertices: give one number, or one text, for each");
  }
  if (!ids.numbers.empty()) {
    sections.push_back(as_section(SectionKind::kIdNumbers, ids.numbers));
  }
  if (!ids.text_offsets.empty()) {
    sections.push_back(as_section(SectionKind::kIdTextOffsets, ids.text_offsets));
    sections.push_back(as_section(SectionKind::kIdText, ids.text));
  }
}

/// Whether `good(i)` holds for all of [0, n).
template <class Good>
bool all(std::size_t n, const Good& good) {
  return parallel_reduce(
      n, kGrain, true,
      [&](std::size_t begin, std::size_t end) {
        while (begin < end && good(begin)) ++begin;
        return begin == end;
      },
      std::logical_and<>());
}

bool is_ascending_below(std::span<const VertexId> row, VertexId end) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i] >= end || (i != 0 && row[i] <= row[i - 1])) return false;
  }
  return true;
}

void check_ends(const SectionFile& file, std::span<const EdgeIndex> offsets, std::uint64_t end) {
  if (offsets.front() != 0 || offsets.back() != end) file.fail("its offsets do not fit its arcs");
}

/// Lengths and ends alone.
CsrView read_rows(const SectionFile& file, const RowSections& kinds) {
  const auto& [vertices, arcs, epoch, directed] = file.label();
  CsrView rows;
  rows.offsets = file.values<EdgeIndex>(kinds.offsets, vertices + 1);
  rows.targets = file.values<VertexId>(kinds.targets, arcs);
  if (file.has(kinds.weights)) rows.weights = file.values<double>(kinds.weights, arcs);
  check_ends(file, rows.offsets, arcs);
  return rows;
}

std::span<const TimeS> read_times(const SectionFile& file, SectionKind kind) {
  if (!file.has(kind)) return {};
  return file.values<TimeS>(kind, file.label().arcs);
}

/// That no kernel can be led out of bounds.
void check_rows(const SectionFile& file, const CsrView& rows) {
  const auto n = rows.size();
  const auto offsets = rows.offsets;
  if (!all(n, [&](std::size_t v) { return offsets[v] <= offsets[v + 1]; })) {
    file.fail("its offsets do not ascend");
  }
  const auto is_good = [&](std::size_t v) {
    return is_ascending_below(rows.neighbours(static_cast<VertexId>(v)), n);
  };
  if (!all(n, is_good)) file.fail("a row is not sorted, or leads out of the graph");
  const auto is_weight = [](double weight) { return weight > 0.0 && std::isnormal(weight); };
  if (!all(rows.weights.size(), [&](std::size_t i) { return is_weight(rows.weights[i]); })) {
    file.fail("a weight is not positive and finite");
  }
}

CompressedView read_codes(const SectionFile& file, const RowSections& kinds) {
  const auto& [vertices, arcs, epoch, directed] = file.label();
  const auto codes = file.find(kinds.codes);
  if (!codes || codes->size() < NeighbourCodes::kPadding) file.fail("its lists are missing");
  CompressedView rows;
  rows.offsets = file.values<EdgeIndex>(kinds.code_offsets, vertices + 1);
  rows.codes = file.values<std::uint8_t>(kinds.codes, codes->size());
  rows.arcs = arcs;
  check_ends(file, rows.offsets, codes->size() - NeighbourCodes::kPadding);
  return rows;
}

VertexIds read_ids(const SectionFile& file) {
  const auto vertices = file.label().vertices;
  VertexIds ids;
  if (file.has(SectionKind::kIdNumbers)) {
    ids.numbers = file.values<std::int64_t>(SectionKind::kIdNumbers, vertices);
  }
  const auto text = file.find(SectionKind::kIdText);
  if (!text) return ids;
  ids.text = file.values<char>(SectionKind::kIdText, text->size());
  ids.text_offsets = file.values<std::int64_t>(SectionKind::kIdTextOffsets, vertices + 1);
  if (ids.text_offsets.front() != 0 ||
      ids.text_offsets.back() != static_cast<std::int64_t>(text->size())) {
    file.fail("its ids do not fit their text");
  }
  return ids;
}

void check_ids(const SectionFile& file, const VertexIds& ids) {
  const auto offsets = ids.text_offsets;
  if (offsets.empty()) return;
  if (!all(offsets.size() - 1, [&](std::size_t v) { return offsets[v] <= offsets[v + 1]; })) {
    file.fail("its ids do not ascend");
  }
}

}  // namespace

struct GraphSnapshot::Impl {
  explicit Impl(const std::filesystem::path& path) : file(path) {
    ids = read_ids(file);
    const bool directed = file.label().directed;
    is_compressed = file.has(kOut.codes);
    if (is_compressed) {
      const auto out = read_codes(file, kOut);
      codes = {out, directed ? read_codes(file, kIn) : out, directed};
      return;
    }
    rows.out = read_rows(file, kOut);
    rows.out_times = read_times(file, kOut.times);
    rows.in = directed ? read_rows(file, kIn) : rows.out;
    rows.in_times = directed ? read_times(file, kIn.times) : rows.out_times;
    rows.directed = directed;
  }

  void check_all() const {
    file.check_bytes();
    check_ids(file, ids);
    if (is_compressed) {
      const bool sound =
          !first_damaged_list(codes.out) && (!codes.directed || !first_damaged_list(codes.in));
      if (!sound) file.fail("a list is not what it was written as");
      return;
    }
    check_rows(file, rows.out);
    if (rows.directed) check_rows(file, rows.in);
  }

  SectionFile file;
  VertexIds ids;
  bool is_compressed = false;
  GraphView rows;
  CompressedPair codes;
};

void write_snapshot(const std::filesystem::path& path, const GraphView& graph,
                    const SnapshotLabel& label) {
  std::vector<Section> sections;
  add_rows(sections, kOut, graph.out, graph.out_times);
  if (graph.directed) add_rows(sections, kIn, graph.in, graph.in_times);
  add_ids(sections, label.ids, graph.out.size());
  write_section_file(path, {graph.out.size(), graph.out.arc_count(), label.epoch, graph.directed},
                     sections);
}

void write_snapshot(const std::filesystem::path& path, const CompressedPair& graph,
                    const SnapshotLabel& label) {
  std::vector<Section> sections;
  add_rows(sections, kOut, graph.out);
  if (graph.directed) add_rows(sections, kIn, graph.in);
  add_ids(sections, label.ids, graph.out.size());
  write_section_file(path, {graph.out.size(), graph.out.arc_count(), label.epoch, graph.directed},
                     sections);
}

GraphSnapshot GraphSnapshot::open(const std::filesystem::path& path, SnapshotCheck check) {
  const auto impl = std::make_shared<const Impl>(path);
  if (check == SnapshotCheck::kFull) impl->check_all();
  return GraphSnapshot(impl);
}

std::uint64_t GraphSnapshot::epoch() const { return impl_->file.label().epoch; }
VertexId GraphSnapshot::size() const { return static_cast<VertexId>(impl_->file.label().vertices); }
EdgeIndex GraphSnapshot::arc_count() const { return impl_->file.label().arcs; }
bool GraphSnapshot::is_directed() const { return impl_->file.label().directed; }
bool GraphSnapshot::is_compressed() const { return impl_->is_compressed; }
std::uint64_t GraphSnapshot::file_bytes() const { return impl_->file.file_bytes(); }
const VertexIds& GraphSnapshot::ids() const { return impl_->ids; }

Graph GraphSnapshot::graph() const {
  if (is_compressed()) {
    throw InvalidArgument("the snapshot is compressed; walk its compressed rows");
  }
  return Graph(std::shared_ptr<const GraphView>(impl_, &impl_->rows));
}

const CompressedPair& GraphSnapshot::compressed() const {
  if (!is_compressed()) throw InvalidArgument("the snapshot is not compressed; take its graph");
  return impl_->codes;
}

std::filesystem::path snapshot_path(const std::filesystem::path& folder, std::uint64_t epoch) {
  const auto digits = std::to_string(epoch);
  return folder / (std::string(20 - digits.size(), '0') + digits + ".csr");
}

std::optional<std::uint64_t> latest_snapshot(const std::filesystem::path& folder) {
  std::optional<std::uint64_t> latest;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const auto name = entry.path().stem().string();
    const bool fits = entry.path().extension() == ".csr" && name.size() == 20 &&
                      name <= std::to_string(~std::uint64_t{0}) &&
                      name.find_first_not_of("0123456789") == std::string::npos;
    if (fits) latest = std::max(latest.value_or(0), std::uint64_t{std::stoull(name)});
  }
  return latest;
}

}  // namespace lockstep
