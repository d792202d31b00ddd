#include "staged_rows.h"

#include <algorithm>
#include <utility>

namespace lockstep {

void RowChunk::move_row(std::size_t from, std::size_t to) {
  accounts[to] = accounts[from];
  objects[to] = objects[from];
  if (!targets.empty()) targets[to] = targets[from];
  groups[to] = groups[from];
  seconds[to] = seconds[from];
}

void RowChunk::shrink(std::size_t rows) {
  for (auto* column : {&accounts, &objects, &targets, &groups, &seconds}) column->shrink(rows);
}

std::size_t StagedRows::size() const {
  std::size_t rows = 0;
  for (const auto& chunk : chunks) rows += chunk.size();
  return rows;
}

bool StagedRows::has_targets() const {
  return std::any_of(chunks.begin(), chunks.end(),
                     [](const auto& chunk) { return !chunk.targets.empty(); });
}

void StagedRows::drop_empty_groups() {
  std::vector<std::uint32_t> number(groups.size(), 0);
  for (const auto& chunk : chunks) {
    for (const auto group : chunk.groups.view()) number[group] = 1;
  }
  std::vector<KindDay> kept;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    if (number[group] == 0) continue;
    number[group] = static_cast<std::uint32_t>(kept.size());
    kept.push_back(groups[group]);
  }
  for (auto& chunk : chunks) {
    for (auto& group : chunk.groups.view()) group = number[group];
  }
  groups = std::move(kept);
}

std::uint32_t GroupNumbers::of(const KindDay& group) {
  const std::lock_guard hold(guard_);
  return numbers_.try_emplace(group, static_cast<std::uint32_t>(numbers_.size())).first->second;
}

std::vector<KindDay> GroupNumbers::take() {
  std::vector<KindDay> groups(numbers_.size());
  for (const auto& [group, number] : numbers_) groups[number] = group;
  numbers_.clear();
  return groups;
}

}  // namespace lockstep
