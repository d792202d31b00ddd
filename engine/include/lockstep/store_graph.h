#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "lockstep/graph.h"
#include "lockstep/run_control.h"
#include "lockstep/store.h"

namespace lockstep {

/// The follow / retweet graph of a kind, as it was at an epoch of the store.
struct StoreGraph {
  std::uint64_t epoch = 0;
  BuiltGraph built;  ///< accounts that acted upon themselves are counted in `self_loops`
};

/// Builds the directed graph of who acted upon whom: a vertex for each account of the store, by
/// its dense id; an arc weighs as many actions as were stored, and has the time of the first.
/// Cost of `Store::edges` and `build_graph`; throws what they throw.
[[nodiscard]] StoreGraph store_graph(const Store& store, const std::string& kind,
                                     RunControl* control = nullptr);

/// Where the snapshot of a kind lies, for one epoch, within a store's folder.
[[nodiscard]] std::filesystem::path store_snapshot_path(const std::filesystem::path& store,
                                                        const std::string& kind,
                                                        std::uint64_t epoch);

}  // namespace lockstep
