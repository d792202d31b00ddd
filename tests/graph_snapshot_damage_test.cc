// What a snapshot file that is damaged, foreign or made up is met with.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "../engine/base/checksum.h"
#include "../engine/graph/section_file.h"
#include "lockstep/error.h"
#include "lockstep/graph_snapshot.h"
#include "support/edge_columns.h"
#include "support/snapshot_files.h"
#include "support/temporary_folder.h"

namespace lockstep {
namespace {

namespace fs = std::filesystem;

/// Calls `work`, which must throw an `Expected` that says each of `words`.
template <class Expected>
void expect_fault(const std::function<void()>& work, const std::vector<std::string>& words) {
  try {
    work();
    ADD_FAILURE() << "taken, not refused with: " << words.front();
  } catch (const Expected& error) {
    for (const auto& word : words) {
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
    }
  }
}

template <class Expected>
void expect_fault(const fs::path& path, const std::vector<std::string>& words,
                  SnapshotCheck check = SnapshotCheck::kFull) {
  expect_fault<Expected>([&] { (void)GraphSnapshot::open(path, check); }, words);
}

bool opens(const fs::path& path) {
  try {
    (void)GraphSnapshot::open(path);
    return true;
  } catch (const CorruptData&) {
    return false;
  }
}

/// Files of one kind each that damage is tried on.
std::vector<std::pair<fs::path, std::vector<std::uint64_t>>> samples(
    const TemporaryFolder& folder) {
  const auto graph = some_graph(kDirected, true, true);
  const std::vector<std::int64_t> ids(graph.size(), 3);
  write_snapshot(folder / "plain", graph.both_ways(), {1, {ids, {}, {}}});
  const CompressedGraph out(graph.view());
  const CompressedGraph in(graph.both_ways().in);
  const std::vector<std::int64_t> offsets(graph.size() + 1ULL, 0);
  write_snapshot(folder / "codes", CompressedPair{out.view(), in.view(), true},
                 {1, {{}, offsets, {}}});
  std::vector<std::pair<fs::path, std::vector<std::uint64_t>>> files;
  for (const char* name : {"plain", "codes"}) {
    const auto bytes = content(folder / name);
    std::vector<std::uint64_t> bounds{0, 8, 72, 4095, 4096, bytes.size() - 1};
    for (std::size_t i = 0; i < 64; ++i) {  // offset and end of each section, from the table
      std::array<std::uint64_t, 2> entry{};
      std::memcpy(entry.data(), bytes.data() + 72 + 24 * i + 8, 16);
      bounds.push_back(entry[0]);
      bounds.push_back(entry[0] + entry[1]);
    }
    files.emplace_back(folder / name, bounds);
  }
  return files;
}

TEST(GraphSnapshotDamage, NoticesAFileCutShortAnywhere) {
  const TemporaryFolder folder;
  std::mt19937 random(1);
  for (const auto& [path, bounds] : samples(folder)) {
    const auto whole = content(path);
    auto cuts = bounds;
    for (int i = 0; i < 100; ++i) cuts.push_back(random() % whole.size());
    for (const auto cut : cuts) {
      SCOPED_TRACE(cut);
      put(folder / "cut", whole.substr(0, cut));
      expect_fault<CorruptData>(folder / "cut", {"cut", "again"}, SnapshotCheck::kHeader);
    }
    put(folder / "cut", whole + '\0');
    expect_fault<CorruptData>(folder / "cut", {"bytes of"}, SnapshotCheck::kHeader);
    put(folder / "cut", whole);
    EXPECT_TRUE(opens(folder / "cut"));
  }
}

TEST(GraphSnapshotDamage, NoticesEveryFlippedBit) {
  const TemporaryFolder folder;
  std::mt19937 random(2);
  for (const auto& [path, bounds] : samples(folder)) {
    const auto whole = content(path);
    for (std::size_t round = 0; round < 500; ++round) {
      // Around each bound in turn, and anywhere.
      const auto near = bounds[round % bounds.size()] + random() % 16;
      const auto at = round % 2 == 0 && near < whole.size() ? near : random() % whole.size();
      auto damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << random() % 8));
      put(folder / "flipped", damaged);
      EXPECT_FALSE(opens(folder / "flipped")) << "byte " << at;
    }
  }
}

TEST(GraphSnapshotDamage, SaysWhatIsWrongWithAFile) {
  const TemporaryFolder folder;
  const auto path = folder / "graph.csr";
  expect_fault<StorageError>(path, {"graph.csr", "No such file"});
  expect_fault<StorageError>(folder / "", {"it is no file"});
  put(path, "");
  expect_fault<CorruptData>(path, {"graph.csr", "is no graph snapshot"});
  put(path, std::string(10'000, 'x'));
  expect_fault<CorruptData>(path, {"is no graph snapshot"});
  write_snapshot(path, some_graph(kDirected, false, false).both_ways());
  auto bytes = content(path);
  bytes[8] = 2;
  const auto sum = checksum(std::as_bytes(std::span(bytes.data(), 4088)));
  std::memcpy(bytes.data() + 4088, &sum, 8);
  put(path, bytes);
  expect_fault<StoreVersionError>(path, {"has version 2 and this program reads 1"});
  EXPECT_THROW(write_snapshot(folder / "missing/graph.csr", Graph().both_ways()), StorageError);
}

TEST(GraphSnapshotDamage, RefusesIdsThatDoNotFit) {
  const TemporaryFolder folder;
  const auto graph = build_graph(3, {}).graph;
  const std::vector<std::int64_t> two{0, 0};
  const std::vector<std::int64_t> three{0, 0, 0};
  const std::vector<std::int64_t> four{0, 0, 0, 0};
  const auto write = [&](const VertexIds& ids) {
    return [&, ids] { write_snapshot(folder / "ids", graph.both_ways(), {0, ids}); };
  };
  expect_fault<InvalidArgument>(write({two, {}, {}}), {"do not fit the 3 vertices"});
  expect_fault<InvalidArgument>(write({{}, three, {}}), {"do not fit"});
  expect_fault<InvalidArgument>(write({three, four, {}}), {"do not fit"});
  EXPECT_FALSE(fs::exists(folder / "ids"));
}

/// A path of three vertices whose arrays can be spoilt; its checksums will be good.
struct Forged {
  std::vector<EdgeIndex> offsets{0, 1, 3, 4};
  std::vector<VertexId> targets{1, 0, 2, 1};
  std::vector<double> weights{1, 1, 1, 1};

  void write(const fs::path& path) const {
    GraphView graph;
    graph.out = {{offsets, targets}, weights};
    write_snapshot(path, graph);
  }
};

TEST(GraphSnapshotDamage, MadeUpBytesCannotLeadOutOfBounds) {
  const TemporaryFolder folder;
  const auto path = folder / "forged";
  const auto expect_refused = [&](const std::function<void(Forged&)>& spoil, const char* words) {
    Forged forged;
    spoil(forged);
    forged.write(path);
    expect_fault<CorruptData>(path, {words});
  };
  Forged().write(path);
  EXPECT_TRUE(opens(path));
  expect_refused([](Forged& f) { f.offsets[1] = 4; }, "offsets do not ascend");
  expect_refused([](Forged& f) { f.offsets[1] = 1ULL << 40; }, "offsets do not ascend");
  expect_refused([](Forged& f) { f.offsets[3] = 5; }, "offsets do not fit");
  expect_refused([](Forged& f) { f.offsets[0] = 1; }, "offsets do not fit");
  expect_refused([](Forged& f) { f.targets[3] = 3; }, "leads out of the graph");
  expect_refused([](Forged& f) { f.targets[1] = 2; }, "not sorted");
  expect_refused([](Forged& f) { f.weights[2] = std::nan(""); }, "a weight is not positive");
  expect_refused([](Forged& f) { f.weights.resize(3); }, "wrong length");
}

TEST(GraphSnapshotDamage, MadeUpSectionsAreRefused) {
  const TemporaryFolder folder;
  const auto path = folder / "forged";
  const std::vector<EdgeIndex> offsets{0, 1, 2};
  const std::vector<VertexId> targets{1, 0};
  const std::vector<std::int64_t> text_offsets{0, 9, 1};
  const std::string text = "x";
  const auto out_offsets = as_section(SectionKind::kOutOffsets, std::span(offsets));
  const auto out_targets = as_section(SectionKind::kOutTargets, std::span(targets));
  const auto ids = as_section(SectionKind::kIdTextOffsets, std::span(text_offsets));
  const auto id_text = as_section(SectionKind::kIdText, std::span(text));
  const auto expect_refused = [&](const std::vector<Section>& sections, SectionFileLabel label,
                                  const char* words) {
    write_section_file(path, label, sections);
    expect_fault<CorruptData>(path, {words});
  };
  const SectionFileLabel label{2, 2, 0, false};
  write_section_file(path, label, std::vector{out_offsets, out_targets});
  EXPECT_TRUE(opens(path));
  expect_refused({out_targets}, label, "wrong length");
  expect_refused({out_offsets}, label, "wrong length");
  expect_refused({out_offsets, out_targets, out_targets}, label, "twice");
  expect_refused({out_offsets, out_targets}, {3, 2, 0, false}, "wrong length");
  expect_refused({out_offsets, out_targets}, {2, 1ULL << 62, 0, false}, "wrong length");
  expect_refused({out_offsets, out_targets}, {~0ULL, 2, 0, false}, "parts that are not there");
  expect_refused({out_offsets, out_targets}, {2, 2, 0, true}, "wrong length");
  expect_refused({out_offsets, out_targets, id_text}, label, "wrong length");
  expect_refused({out_offsets, out_targets, ids, id_text}, label, "ids do not ascend");
  const Section unknown{static_cast<SectionKind>(99), id_text.bytes};
  write_section_file(path, label, std::vector{out_offsets, unknown, out_targets});
  EXPECT_TRUE(opens(path)) << "a later program may add sections";
}

}  // namespace
}  // namespace lockstep
