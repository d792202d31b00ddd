#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bytes.h"
#include "lockstep/store.h"
#include "rocks.h"

namespace lockstep {

/// Column families of events/, by their place in Database. FORMAT.md says what each holds.
enum Family : std::size_t {
  kDefaultFamily,
  kSegments,
  kByAccount,
  kEdgesOut,
  kEdgesIn,
  kIds,
  kNames,
  kManifest,
  kFamilyCount,
};

/// Names and uses of the families, in the order of Family, without the first.
[[nodiscard]] inline std::vector<FamilyName> families() {
  return {{"segments", FamilyUse::kPacked},
          {"by_account", FamilyUse::kPacked},
          {"edges_out", FamilyUse::kLookup},
          {"edges_in", FamilyUse::kLookup},
          {"ids"},
          {"names"},
          {"manifest"}};
}
[[nodiscard]] inline std::string family_name(std::size_t family) {
  return families()[family - 1].name;
}

constexpr std::size_t kNamesPerBlock = 1024;

/// Key of an action block, in `segments` or `by_account`.
struct BlockKey {
  std::uint16_t kind = 0;
  std::int64_t day = 0;
  std::uint64_t epoch = 0;
  std::uint32_t first_id = 0;  ///< object or account of the block's first row
  std::uint32_t sequence = 0;  ///< tells apart blocks of one run that begin with the same id

  [[nodiscard]] std::string bytes() const;
  [[nodiscard]] static std::optional<BlockKey> parse(std::string_view key);
};

[[nodiscard]] std::string edge_key(std::uint16_t kind, AccountId account, std::uint64_t epoch);
[[nodiscard]] std::string id_key(IdSpace space, std::string_view name);
[[nodiscard]] std::string names_key(IdSpace space, std::uint32_t first_id);
[[nodiscard]] std::string epoch_key(std::uint64_t epoch);
[[nodiscard]] std::string hash_key(std::string_view content_hash);
[[nodiscard]] std::string_view space_name(IdSpace space);

/// Every job leaves one in every family but `manifest`, after all other keys: a family that lacks
/// one is not whole. RocksDB's followers open such a family without a word, as it was before.
[[nodiscard]] std::string marker_key(std::uint64_t epoch);
[[nodiscard]] bool is_marker(std::string_view key);

/// Adds the actions of `more`, and the times they span, to `kind`; its name stays.
void add_to(KindInfo& kind, const KindInfo& more);

/// What a store holds once a job is in it.
struct Totals {
  std::uint64_t accounts = 0;
  std::uint64_t objects = 0;
  std::vector<KindInfo> kinds;

  [[nodiscard]] std::uint64_t actions() const;
  [[nodiscard]] std::optional<std::uint16_t> kind_number(std::string_view name) const;
};

/// What a reader of the store has seen of it: jobs up to `epoch`. Blocks of later ones may be in
/// the database already and are not there for it.
struct View {
  std::uint64_t epoch = 0;
  Totals totals;
};

/// The row of `manifest` for one epoch.
struct ManifestEntry {
  JobReceipt receipt;
  Totals totals;

  [[nodiscard]] std::string bytes() const;
  [[nodiscard]] static std::optional<ManifestEntry> parse(std::string_view text);
};

/// Names of consecutive ids in one value, and back; false on bytes that are not such a value.
[[nodiscard]] std::string encode_names(std::span<const std::string> names);
[[nodiscard]] bool decode_names(std::string_view block, std::vector<std::string>& names);

/// Counts a row, in the order of (neighbour, time), among the neighbours of one vertex.
void add_neighbour(std::vector<StoredNeighbour>& neighbours, AccountId account, TimeS time);

/// Neighbours of one vertex, ascending by id, in one value, and back.
[[nodiscard]] std::string encode_neighbours(const std::vector<StoredNeighbour>& neighbours);
[[nodiscard]] bool decode_neighbours(std::string_view value,
                                     std::vector<StoredNeighbour>& neighbours);

}  // namespace lockstep
