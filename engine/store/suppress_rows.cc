#include "suppress_rows.h"

#include <algorithm>
#include <vector>

#include "lockstep/parallel.h"

namespace lockstep {

SuppressedRows suppress_rows(StagedRows& rows, const Staging& staging, const Store::Impl& store) {
  const auto& known = store.erasures.suppressed;
  if (!known.any()) return {};
  const auto& accounts = staging.accounts();
  std::vector<char> erased(accounts.size());
  parallel_for(erased.size(), 1 << 12, [&](std::size_t begin, std::size_t end) {
    for (auto code = begin; code < end; ++code) {
      const auto name = accounts.name(static_cast<std::uint32_t>(code));
      erased[code] = known.contains(store.stored_name(IdSpace::kAccount, name)) ? 1 : 0;
    }
  });
  SuppressedRows result;
  if (std::find(erased.begin(), erased.end(), 1) == erased.end()) return result;
  result.any = true;
  for (auto& chunk : rows.chunks) {
    std::size_t kept = 0;
    for (std::size_t row = 0; row < chunk.size(); ++row) {
      const auto target = chunk.target(row);
      const bool target_erased = target != 0 && erased[target - 1] != 0;
      const bool goes = erased[chunk.accounts[row]] != 0 ||
                        (target_erased &&
                         accounts.name(target - 1) == staging.objects().name(chunk.objects[row]));
      if (goes) continue;
      if (target_erased) chunk.targets[row] = 0;
      chunk.move_row(row, kept++);
    }
    result.rows += chunk.size() - kept;
    chunk.shrink(kept);
  }
  rows.drop_empty_groups();
  return result;
}

}  // namespace lockstep
