#include "job_files.h"

#include <algorithm>
#include <compare>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "job_sums.h"
#include "lockstep/parallel.h"
#include "name_order.h"

namespace lockstep {
namespace {

/// Rows of one kind and day, at most kBlockRows, that make a block.
struct BlockRows {
  std::size_t begin = 0;
  std::size_t end = 0;
};

std::vector<BlockRows> split_blocks(const SortedRows& rows) {
  std::vector<BlockRows> blocks;
  for (std::size_t begin = 0; begin < rows.size(); begin = blocks.back().end) {
    auto end = std::min(begin + kBlockRows, rows.size());
    const auto group = rows.group(begin);
    if (rows.group(end - 1) != group) {
      auto low = begin;  // of the group; `end` is past it
      while (end - low > 1) {
        const auto middle = low + (end - low) / 2;
        (rows.group(middle) == group ? low : end) = middle;
      }
    }
    blocks.push_back({begin, end});
  }
  return blocks;
}

/// Writes a stretch of a job's blocks into one file. `first_sequence` counts the blocks before.
/// Rows by object are added up in `sums`.
void write_blocks(SortedFile& file, const SortedRows& rows, std::span<const BlockRows> blocks,
                  std::size_t first_sequence, std::uint64_t epoch, JobSums& sums,
                  RunControl* control) {
  BlockColumns columns;
  auto sequence = static_cast<std::uint32_t>(first_sequence);
  for (const auto& block : blocks) {
    if (control != nullptr) control->check();
    rows.columns(block.begin, block.end, columns);
    const auto kind = rows.at(block.begin).kind;
    if (rows.order() == BlockOrder::kByObject) sums.add(kind, columns);
    const BlockKey key{kind, columns.day, epoch, columns.leading.front(), sequence++};
    file.put(key.bytes(), encode_columns(columns));
  }
}

using Tasks = std::vector<std::function<void()>>;

/// Sums that several threads add to.
struct SharedSums {
  JobSums all;
  std::mutex guard;

  explicit SharedSums(std::size_t kinds) : all(kinds) {}
  void add(const JobSums& some) {
    const std::lock_guard hold(guard);
    all.add(some);
  }
};

/// One task a file of blocks; files come to about kFileBlocks blocks each.
void add_block_tasks(Tasks& tasks, SortedFiles& files, Family family, const SortedRows& rows,
                     const ManifestEntry& entry, SharedSums& sums, RunControl* control) {
  constexpr std::size_t kFileBlocks = 512;  // some 10 MB
  const auto blocks = std::make_shared<const std::vector<BlockRows>>(split_blocks(rows));
  const auto count = std::max<std::size_t>(blocks->size() / kFileBlocks, 1);
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = blocks->size() * i / count;
    const auto end = blocks->size() * (i + 1) / count;
    auto& file = files.add(family);
    tasks.push_back([=, &files, &file, &rows, &entry, &sums] {
      JobSums own(entry.totals.kinds.size());
      write_blocks(file, rows, std::span(*blocks).subspan(begin, end - begin), begin,
                   entry.receipt.epoch, own, control);
      sums.add(own);
      if (i + 1 < count) {
        file.finish();
      } else {
        files.finish_last(family);
      }
    });
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
void write_edges(SortedFile& file, Family family, const SortedRows& rows, std::uint64_t epoch,
                 RunControl* control) {
  if (!rows.has_targets()) return;
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
    add_neighbour(neighbours, edges[i].to, edges[i].time);
    const bool last = i + 1 == edges.size() || edges[i + 1].kind != edges[i].kind ||
                      edges[i + 1].from != edges[i].from;
    if (!last) continue;
    file.put(edge_key(edges[i].kind, edges[i].from, epoch), encode_neighbours(neighbours));
    neighbours.clear();
  }
}

/// New names of one space in their order, for one file of `ids`.
struct NamePart {
  IdSpace space = IdSpace::kAccount;
  const IdAssignment* assigned = nullptr;
  std::shared_ptr<const std::vector<std::uint32_t>> order;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Accounts' keys come before objects'.
std::vector<NamePart> split_names(const IdAssignment& accounts, const IdAssignment& objects) {
  constexpr std::size_t kFileNames = 1 << 18;
  std::vector<NamePart> parts;
  for (const auto space : {IdSpace::kAccount, IdSpace::kObject}) {
    const auto& assigned = space == IdSpace::kAccount ? accounts : objects;
    const auto names = assigned.new_names.size();
    const auto order =
        std::make_shared<const std::vector<std::uint32_t>>(name_order(assigned.new_names));
    for (std::size_t begin = 0; begin < names; begin += kFileNames) {
      parts.push_back({space, &assigned, order, begin, std::min(begin + kFileNames, names)});
    }
  }
  return parts;
}

void write_ids(SortedFile& file, const NamePart& part) {
  constexpr std::size_t kAhead = 16;
  const auto& names = part.assigned->new_names;
  std::string id;
  for (auto i = part.begin; i < part.end; ++i) {
    if (i + kAhead < part.end) __builtin_prefetch(&names[(*part.order)[i + kAhead]]);
    const auto index = (*part.order)[i];
    id.clear();
    put_big_endian(id, part.assigned->first_new + index, 4);
    file.put(id_key(part.space, names[index]), id);
  }
}

/// One task a file; where names are few, one file has them all.
void add_id_tasks(Tasks& tasks, SortedFiles& files, const IdAssignment& accounts,
                  const IdAssignment& objects, RunControl* control) {
  constexpr std::size_t kFew = 1 << 14;
  auto parts = split_names(accounts, objects);
  const bool few = accounts.new_names.size() + objects.new_names.size() < kFew;
  const std::size_t count = few ? 1 : parts.size();
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<NamePart> own = few ? parts : std::vector<NamePart>{parts[i]};
    auto& file = files.add(kIds);
    tasks.push_back([=, &files, &file, own = std::move(own)] {
      if (control != nullptr) control->check();
      for (const auto& part : own) write_ids(file, part);
      if (i + 1 < count) {
        file.finish();
      } else {
        files.finish_last(kIds);
      }
    });
  }
}

void write_names(SortedFile& file, const IdAssignment& accounts, const IdAssignment& objects) {
  for (const auto space : {IdSpace::kAccount, IdSpace::kObject}) {
    const auto& assigned = space == IdSpace::kAccount ? accounts : objects;
    const std::span<const std::string> names(assigned.new_names);
    for (std::size_t begin = 0; begin < names.size(); begin += kNamesPerBlock) {
      const auto count = std::min(names.size() - begin, kNamesPerBlock);
      file.put(names_key(space, assigned.first_new + static_cast<std::uint32_t>(begin)),
               encode_names(names.subspan(begin, count)));
    }
  }
}

}  // namespace

void write_job(SortedFiles& files, const SortedRows& by_object, const SortedRows& by_account,
               ManifestEntry& entry, const IdAssignment& accounts, const IdAssignment& objects,
               RunControl* control) {
  const auto epoch = entry.receipt.epoch;
  SharedSums sums(entry.totals.kinds.size());
  Tasks tasks;
  const auto add = [&](Family family, const std::function<void(SortedFile&)>& write) {
    auto& file = files.add(family);
    tasks.push_back([=, &files, &file] {
      write(file);
      files.finish_last(family);
    });
  };
  add_id_tasks(tasks, files, accounts, objects, control);
  add(kNames, [&](SortedFile& file) { write_names(file, accounts, objects); });
  for (const auto family : {kEdgesOut, kEdgesIn}) {
    add(family,
        [&, family](SortedFile& file) { write_edges(file, family, by_account, epoch, control); });
  }
  add_block_tasks(tasks, files, kSegments, by_object, entry, sums, control);
  add_block_tasks(tasks, files, kByAccount, by_account, entry, sums, control);
  parallel_for(tasks.size(), 1, [&](std::size_t task, std::size_t) { tasks[task](); });
  sums.all.put_into(entry);
  auto& manifest = files.add(kManifest);
  manifest.put(epoch_key(epoch), entry.bytes());
  std::string number;
  put_big_endian(number, epoch, 8);
  manifest.put(hash_key(entry.receipt.content_hash), number);
  files.finish_last(kManifest);
}

}  // namespace lockstep
