#include <algorithm>
#include <compare>
#include <functional>
#include <mutex>
#include <span>
#include <utility>

#include "id_assignment.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "sorted_files.h"
#include "staging.h"
#include "store_impl.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 15;
// Rows staged and sorted, and the files of all families, come to less than this each.
constexpr std::uint64_t kDiskBytesPerRow = 64;
constexpr std::uint64_t kDiskBytesPerName = 128;

bool by_object(const ActionRow& a, const ActionRow& b) {
  if (a.kind != b.kind) return a.kind < b.kind;
  if (day_of(a.time) != day_of(b.time)) return day_of(a.time) < day_of(b.time);
  if (a.object != b.object) return a.object < b.object;
  if (a.time != b.time) return a.time < b.time;
  if (a.account != b.account) return a.account < b.account;
  return a.target < b.target;
}

bool by_account(const ActionRow& a, const ActionRow& b) {
  if (a.kind != b.kind) return a.kind < b.kind;
  if (day_of(a.time) != day_of(b.time)) return day_of(a.time) < day_of(b.time);
  if (a.account != b.account) return a.account < b.account;
  if (a.time != b.time) return a.time < b.time;
  return a.object < b.object;
}

/// One action, whatever its target: who, what kind, on what, when.
bool same_action(const ActionRow& a, const ActionRow& b) {
  return a.kind == b.kind && a.object == b.object && a.time == b.time && a.account == b.account;
}

/// Writes rows, sorted for `family`, as blocks of one kind and day each.
void write_blocks(SortedFiles& files, Family family, std::span<const ActionRow> rows,
                  std::uint64_t epoch, RunControl* control) {
  const auto order = family == kSegments ? BlockOrder::kByObject : BlockOrder::kByAccount;
  std::uint32_t sequence = 0;
  for (std::size_t begin = 0; begin < rows.size(); ++sequence) {
    if (control != nullptr) control->check();
    const auto& first = rows[begin];
    std::size_t end = begin + 1;
    while (end < rows.size() && end - begin < kBlockRows && rows[end].kind == first.kind &&
           day_of(rows[end].time) == day_of(first.time)) {
      ++end;
    }
    const BlockKey key{first.kind, day_of(first.time), epoch,
                       family == kSegments ? first.object : first.account, sequence};
    files.put(family, key.bytes(), encode_block(rows.subspan(begin, end - begin), order));
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
void write_edges(SortedFiles& files, Family family, std::span<const ActionRow> rows,
                 std::uint64_t epoch) {
  std::vector<EdgeRow> edges;
  for (const auto& row : rows) {
    if (row.target == 0) continue;
    const AccountId target = row.target - 1;
    const bool out = family == kEdgesOut;
    edges.push_back({row.kind, out ? row.account : target, out ? target : row.account, row.time});
  }
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

/// Writes `ids` and `names` for both spaces; accounts' keys come before objects'.
void write_ids(SortedFiles& files, const IdAssignment& accounts, const IdAssignment& objects) {
  for (const auto space : {IdSpace::kAccount, IdSpace::kObject}) {
    const auto& assigned = space == IdSpace::kAccount ? accounts : objects;
    const auto& names = assigned.new_names;
    std::vector<std::uint32_t> order(names.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    parallel_sort(order.begin(), order.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return names[a] < names[b]; });
    for (const auto i : order) {
      std::string id;
      put_big_endian(id, assigned.first_new + i, 4);
      files.put(kIds, id_key(space, names[i]), id);
    }
    for (std::size_t begin = 0; begin < names.size(); begin += kNamesPerBlock) {
      const auto end = std::min(names.size(), begin + kNamesPerBlock);
      const std::vector<std::string> block(names.begin() + static_cast<std::ptrdiff_t>(begin),
                                           names.begin() + static_cast<std::ptrdiff_t>(end));
      files.put(kNames, names_key(space, assigned.first_new + static_cast<std::uint32_t>(begin)),
                encode_names(block));
    }
  }
}

}  // namespace

struct IngestJob::Impl {
  std::shared_ptr<Store::Impl> store;
  std::string content_hash;
  std::string source;
  Staging staging;

  ~Impl() {
    const std::unique_lock hold(store->guard);
    store->job_running = false;
  }

  JobReceipt commit(std::uint64_t rejected, TimeS now_s, RunControl* control);

 private:
  std::vector<ActionRow> settle(Totals& totals, IdAssignment& accounts, IdAssignment& objects);
  void count(std::span<const ActionRow> rows, JobReceipt& receipt, Totals& totals) const;
  void write(SortedFiles& files, std::vector<ActionRow>& rows, const ManifestEntry& entry,
             const IdAssignment& accounts, const IdAssignment& objects, RunControl* control) const;
};

/// Puts the store's numbers in the place of the job's, and new ones into `totals`.
std::vector<ActionRow> IngestJob::Impl::settle(Totals& totals, IdAssignment& accounts,
                                               IdAssignment& objects) {
  auto rows = staging.take_rows();
  std::vector<char> used_account(staging.accounts().size(), 0);
  std::vector<char> used_object(staging.objects().size(), 0);
  std::vector<char> used_kind(staging.kinds().size(), 0);
  for (const auto& row : rows) {
    used_account[row.account] = 1;
    if (row.target != 0) used_account[row.target - 1] = 1;
    used_object[row.object] = 1;
    used_kind[row.kind] = 1;
  }
  accounts =
      assign_ids(*store, IdSpace::kAccount, staging.accounts(), used_account, totals.accounts);
  objects = assign_ids(*store, IdSpace::kObject, staging.objects(), used_object, totals.objects);
  totals.accounts += accounts.new_names.size();
  totals.objects += objects.new_names.size();
  std::vector<std::uint16_t> kind_of(staging.kinds().size(), 0);
  for (std::size_t kind = 0; kind < kind_of.size(); ++kind) {
    if (used_kind[kind] == 0) continue;
    const auto known = totals.kind_number(staging.kinds()[kind]);
    if (!known) totals.kinds.push_back({staging.kinds()[kind], 0, 0, 0});
    kind_of[kind] = known.value_or(static_cast<std::uint16_t>(totals.kinds.size() - 1));
  }
  parallel_for(rows.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i) {
      auto& row = rows[i];
      row.account = accounts.id_of_code[row.account];
      row.object = objects.id_of_code[row.object];
      if (row.target != 0) row.target = accounts.id_of_code[row.target - 1] + 1;
      row.kind = kind_of[row.kind];
    }
  });
  return rows;
}

void IngestJob::Impl::count(std::span<const ActionRow> rows, JobReceipt& receipt,
                            Totals& totals) const {
  receipt.accepted = rows.size();
  for (const auto& row : rows) {
    receipt.checksum += row_hash(row);
    auto& kind = totals.kinds[row.kind];
    kind.first_s = kind.actions == 0 ? row.time : std::min(kind.first_s, row.time);
    kind.last_s = kind.actions == 0 ? row.time : std::max(kind.last_s, row.time);
    ++kind.actions;
    const bool first = &row == rows.data();
    receipt.first_s = first ? row.time : std::min(receipt.first_s, row.time);
    receipt.last_s = first ? row.time : std::max(receipt.last_s, row.time);
  }
}

/// Writes every family; the two orders of the rows and the ids side by side. Reorders `rows`.
void IngestJob::Impl::write(SortedFiles& files, std::vector<ActionRow>& rows,
                            const ManifestEntry& entry, const IdAssignment& accounts,
                            const IdAssignment& objects, RunControl* control) const {
  const auto epoch = entry.receipt.epoch;
  parallel_for(2, 1, [&](std::size_t task, std::size_t) {
    if (task == 0) {
      write_blocks(files, kSegments, rows, epoch, control);
    } else {
      write_ids(files, accounts, objects);
      write_edges(files, kEdgesOut, rows, epoch);
      write_edges(files, kEdgesIn, rows, epoch);
    }
  });
  if (control != nullptr) control->check();
  parallel_sort(rows.begin(), rows.end(), by_account);
  write_blocks(files, kByAccount, rows, epoch, control);
  files.put(kManifest, epoch_key(epoch), entry.bytes());
  std::string number;
  put_big_endian(number, epoch, 8);
  files.put(kManifest, hash_key(content_hash), number);
}

JobReceipt IngestJob::Impl::commit(std::uint64_t rejected, TimeS now_s, RunControl* control) {
  store->events->check_process();
  const auto names = staging.accounts().size() + staging.objects().size();
  require_free_space(store->path, staging.row_count() * kDiskBytesPerRow +
                                      names * kDiskBytesPerName + store->options.reserve_bytes);
  ManifestEntry entry;
  entry.totals = store->current_totals();
  entry.receipt.content_hash = content_hash;
  entry.receipt.source = source;
  entry.receipt.rejected = rejected;
  entry.receipt.committed_s = now_s;
  {
    const std::shared_lock hold(store->guard);
    entry.receipt.epoch = store->jobs.size() + 1;
  }
  IdAssignment accounts;
  IdAssignment objects;
  auto rows = settle(entry.totals, accounts, objects);
  entry.receipt.new_accounts = accounts.new_names.size();
  entry.receipt.new_objects = objects.new_names.size();
  if (control != nullptr) control->check();
  parallel_sort(rows.begin(), rows.end(), by_object);
  const auto staged = rows.size();
  rows.erase(std::unique(rows.begin(), rows.end(), same_action), rows.end());
  entry.receipt.duplicates = staged - rows.size();
  count(rows, entry.receipt, entry.totals);

  SortedFiles files(*store->events, store->path, entry.receipt.epoch);
  write(files, rows, entry, accounts, objects, control);
  if (control != nullptr) control->check();
  files.ingest();
  {
    const std::unique_lock hold(store->guard);
    store->jobs.push_back(entry.receipt);
    store->totals = entry.totals;
  }
  store->ledger.append(entry.receipt);
  return entry.receipt;
}

IngestJob::IngestJob(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
IngestJob::IngestJob(IngestJob&&) noexcept = default;
IngestJob::~IngestJob() = default;

std::vector<RejectedRow> IngestJob::append(const ActionBatch& batch) {
  if (!impl_) throw InvalidArgument("this job has ended; begin another");
  impl_->store->events->check_process();
  return impl_->staging.append(batch);
}

JobReceipt IngestJob::commit(std::uint64_t rejected, TimeS now_s, RunControl* control) {
  if (!impl_) throw InvalidArgument("this job has ended; begin another");
  const auto running = std::move(impl_);
  return running->commit(rejected, now_s, control);
}

IngestJob Store::begin_job(const std::string& content_hash, const std::string& source,
                           std::uint64_t expected_bytes) {
  impl_->events->check_process();
  if (impl_->options.mode != StoreMode::kWrite) {
    throw StorageError(impl_->path.string() + " is open for reading; open it for writing");
  }
  if (content_hash.empty()) throw InvalidArgument("content_hash is empty");
  if (find_job(content_hash)) {
    throw InvalidArgument("content " + content_hash + " is in " + impl_->path.string() +
                          " already");
  }
  require_free_space(impl_->path, expected_bytes + impl_->options.reserve_bytes);
  const std::unique_lock hold(impl_->guard);
  if (impl_->job_running) throw InvalidArgument("another job is under way in this store");
  impl_->job_running = true;
  auto job = std::make_unique<IngestJob::Impl>();
  job->store = impl_;
  job->content_hash = content_hash;
  job->source = source;
  return IngestJob(std::move(job));
}

}  // namespace lockstep
