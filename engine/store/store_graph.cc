#include "lockstep/store_graph.h"

#include "lockstep/graph_snapshot.h"

namespace lockstep {

StoreGraph store_graph(const Store& store, const std::string& kind, RunControl* control) {
  const auto edges = store.edges(kind, control);
  const EdgeColumns columns{edges.source, edges.target, edges.actions, edges.first_s};
  constexpr BuildOptions kOptions{.directed = true, .self_loops = SelfLoops::kDrop};
  return {edges.epoch, build_graph(edges.account_count, columns, kOptions, control)};
}

std::filesystem::path store_snapshot_path(const std::filesystem::path& store,
                                          const std::string& kind, std::uint64_t epoch) {
  // A prefix, for a kind may be called "..".
  return snapshot_path(store / "snap" / ("kind=" + kind), epoch);
}

}  // namespace lockstep
