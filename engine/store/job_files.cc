#include "job_files.h"

#include <algorithm>
#include <compare>
#include <functional>
#include <vector>

#include "lockstep/parallel.h"

namespace lockstep {
namespace {

/// Writes rows as blocks of one kind and day each.
void write_blocks(SortedFiles& files, const SortedRows& rows, std::uint64_t epoch,
                  RunControl* control) {
  const bool by_object = rows.order() == BlockOrder::kByObject;
  std::vector<ActionRow> block;
  std::uint32_t sequence = 0;
  for (std::size_t begin = 0; begin < rows.size(); ++sequence) {
    if (control != nullptr) control->check();
    block.clear();
    auto end = begin;
    while (end < rows.size() && end - begin < kBlockRows && rows.group(end) == rows.group(begin)) {
      block.push_back(rows.at(end++));
    }
    const auto& first = block.front();
    const BlockKey key{first.kind, day_of(first.time), epoch,
                       by_object ? first.object : first.account, sequence};
    files.put(by_object ? kSegments : kByAccount, key.bytes(), encode_block(block, rows.order()));
    begin = end;
  }
}

/// One row with a target, seen from one of its ends.
struct EdgeRow {
  std::uint16_t kind;
  AccountId from;
  AccountId to;
  TimeS time;
  friend auto operator<=>(const EdgeRow&, const EdgeRow&) = default;
};

/// Writes one value a (kind, vertex) with the neighbours that this job gave it.
void write_edges(SortedFiles& files, Family family, const SortedRows& rows, std::uint64_t epoch,
                 RunControl* control) {
  std::vector<EdgeRow> edges;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = rows.at(i);
    if (row.target == 0) continue;
    const AccountId target = row.target - 1;
    const bool out = family == kEdgesOut;
    edges.push_back({row.kind, out ? row.account : target, out ? target : row.account, row.time});
  }
  if (control != nullptr) control->check();
  parallel_sort(edges.begin(), edges.end(), std::less<>());
  std::vector<StoredNeighbour> neighbours;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (neighbours.empty() || neighbours.back().account != edges[i].to) {
      neighbours.push_back({edges[i].to, 0, edges[i].time, 0});
    }
    ++neighbours.back().actions;
    neighbours.back().last_s = edges[i].time;
    const bool last = i + 1 == edges.size() || edges[i + 1].kind != edges[i].kind ||
                      edges[i + 1].from != edges[i].from;
    if (!last) continue;
    files.put(family, edge_key(edges[i].kind, edges[i].from, epoch), encode_neighbours(neighbours));
    neighbours.clear();
  }
}

/// A new name by its first eight bytes, which decide nearly every comparison.
struct NamePrefix {
  std::uint64_t prefix;
  std::uint32_t index;
};

std::vector<NamePrefix> sort_names(const std::vector<std::string>& names) {
  std::vector<NamePrefix> order(names.size());
  parallel_for(names.size(), 1 << 14, [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i) {
      std::string first = names[i].substr(0, 8);
      first.resize(8, '\0');
      order[i] = {ByteReader(first).big_endian(8), static_cast<std::uint32_t>(i)};
    }
  });
  parallel_sort(order.begin(), order.end(), [&](const NamePrefix& a, const NamePrefix& b) {
    return a.prefix != b.prefix ? a.prefix < b.prefix : names[a.index] < names[b.index];
  });
  return order;
}

/// Writes `ids` for both spaces; accounts' keys come before objects'.
void write_ids(SortedFiles& files, const IdAssignment& accounts, const IdAssignment& objects,
               RunControl* control) {
  for (const auto space : {IdSpace::kAccount, IdSpace::kObject}) {
    const auto& assigned = space == IdSpace::kAccount ? accounts : objects;
    std::uint64_t count = 0;
    for (const auto& [prefix, index] : sort_names(assigned.new_names)) {
      if (control != nullptr && ++count % 4096 == 0) control->check();
      std::string id;
      put_big_endian(id, assigned.first_new + index, 4);
      files.put(kIds, id_key(space, assigned.new_names[index]), id);
    }
  }
}

void write_names(SortedFiles& files, const IdAssignment& accounts, const IdAssignment& objects) {
  for (const auto space : {IdSpace::kAccount, IdSpace::kObject}) {
    const auto& assigned = space == IdSpace::kAccount ? accounts : objects;
    const std::span<const std::string> names(assigned.new_names);
    for (std::size_t begin = 0; begin < names.size(); begin += kNamesPerBlock) {
      const auto count = std::min(names.size() - begin, kNamesPerBlock);
      files.put(kNames, names_key(space, assigned.first_new + static_cast<std::uint32_t>(begin)),
                encode_names(names.subspan(begin, count)));
    }
  }
}

}  // namespace

void write_job(SortedFiles& files, const SortedRows& by_object, const ManifestEntry& entry,
               const IdAssignment& accounts, const IdAssignment& objects, RunControl* control) {
  const auto epoch = entry.receipt.epoch;
  const auto by_account = by_object.by_account(entry.totals.accounts);
  if (control != nullptr) control->check();
  const std::vector<std::function<void()>> tasks{
      [&] { write_blocks(files, by_object, epoch, control); },
      [&] { write_blocks(files, by_account, epoch, control); },
      [&] { write_ids(files, accounts, objects, control); },
      [&] { write_names(files, accounts, objects); },
      [&] { write_edges(files, kEdgesOut, by_account, epoch, control); },
      [&] { write_edges(files, kEdgesIn, by_account, epoch, control); },
  };
  parallel_for(tasks.size(), 1, [&](std::size_t task, std::size_t) { tasks[task](); });
  files.put(kManifest, epoch_key(epoch), entry.bytes());
  std::string number;
  put_big_endian(number, epoch, 8);
  files.put(kManifest, hash_key(entry.receipt.content_hash), number);
}

}  // namespace lockstep
