#include <algorithm>
#include <mutex>
#include <span>
#include <utility>

#include "id_assignment.h"
#include "job_files.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "sort_rows.h"
#include "sorted_files.h"
#include "staging.h"
#include "store_impl.h"

namespace lockstep {
namespace {

// Rows staged and sorted, and the files of all families, come to less than this each.
constexpr std::uint64_t kDiskBytesPerRow = 64;
constexpr std::uint64_t kDiskBytesPerName = 128;

/// By code: whether a row of the job has it.
struct Used {
  std::vector<char> accounts;
  std::vector<char> objects;
  std::vector<char> kinds;
};

/// What is summed over the rows of a job.
struct Sums {
  std::uint64_t checksum = 0;
  std::vector<KindInfo> kinds;  ///< by number; without names
};

Sums sum_up(const SortedRows& rows, std::size_t kinds) {
  return parallel_reduce(
      rows.size(), std::size_t{1} << 18, Sums{0, std::vector<KindInfo>(kinds)},
      [&](std::size_t begin, std::size_t end) {
        Sums sums{0, std::vector<KindInfo>(kinds)};
        for (auto i = begin; i < end; ++i) {
          const auto row = rows.at(i);
          sums.checksum += row_hash(row);
          add_to(sums.kinds[row.kind], {{}, 1, row.time, row.time});
        }
        return sums;
      },
      [](Sums sums, Sums more) {
        sums.checksum += more.checksum;
        for (std::size_t i = 0; i < more.kinds.size(); ++i) add_to(sums.kinds[i], more.kinds[i]);
        return sums;
      });
}

/// Adds checksum, counts and times of a job's rows to its receipt and to the store's totals.
void add_sums(const SortedRows& rows, ManifestEntry& entry) {
  const auto sums = sum_up(rows, entry.totals.kinds.size());
  entry.receipt.checksum = sums.checksum;
  KindInfo all;
  for (std::size_t kind = 0; kind < sums.kinds.size(); ++kind) {
    add_to(all, sums.kinds[kind]);
    add_to(entry.totals.kinds[kind], sums.kinds[kind]);
  }
  entry.receipt.first_s = all.first_s;
  entry.receipt.last_s = all.last_s;
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
  [[nodiscard]] ManifestEntry begin_entry(std::uint64_t rejected, TimeS now_s) const;
  [[nodiscard]] Used find_used(const RowChunks& rows) const;
  RowChunks settle(Totals& totals, IdAssignment& accounts, IdAssignment& objects);
};

/// Marks what is in a row: ids and kinds of rows that were refused later are not kept.
Used IngestJob::Impl::find_used(const RowChunks& rows) const {
  const char all = staging.refused_rows() ? 0 : 1;
  Used used{std::vector<char>(staging.accounts().size(), all),
            std::vector<char>(staging.objects().size(), all),
            std::vector<char>(staging.kinds().size(), 0)};
  for (const auto& chunk : rows) {
    for (const auto& row : chunk.view()) {
      used.kinds[row.kind] = 1;
      if (all != 0) continue;
      used.accounts[row.account] = 1;
      if (row.target != 0) used.accounts[row.target - 1] = 1;
      used.objects[row.object] = 1;
    }
  }
  return used;
}

/// Puts the store's numbers in the place of the job's, and new ones into `totals`.
RowChunks IngestJob::Impl::settle(Totals& totals, IdAssignment& accounts, IdAssignment& objects) {
  auto rows = staging.take_rows();
  const auto used = find_used(rows);
  accounts =
      assign_ids(*store, IdSpace::kAccount, staging.accounts(), used.accounts, totals.accounts);
  objects = assign_ids(*store, IdSpace::kObject, staging.objects(), used.objects, totals.objects);
  totals.accounts += accounts.new_names.size();
  totals.objects += objects.new_names.size();
  std::vector<std::uint16_t> kind_of(staging.kinds().size(), 0);
  for (std::size_t kind = 0; kind < kind_of.size(); ++kind) {
    if (used.kinds[kind] == 0) continue;
    const auto known = totals.kind_number(staging.kinds()[kind]);
    if (!known) totals.kinds.push_back({staging.kinds()[kind], 0, 0, 0});
    kind_of[kind] = known.value_or(static_cast<std::uint16_t>(totals.kinds.size() - 1));
  }
  for_each_stretch(rows, [&](auto& chunk, std::size_t, std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i) {
      auto& row = chunk[i];
      row.account = accounts.id_of_code[row.account];
      row.object = objects.id_of_code[row.object];
      if (row.target != 0) row.target = accounts.id_of_code[row.target - 1] + 1;
      row.kind = kind_of[row.kind];
    }
  });
  return rows;
}

ManifestEntry IngestJob::Impl::begin_entry(std::uint64_t rejected, TimeS now_s) const {
  auto [epoch, totals] = store->view();
  ManifestEntry entry{{}, std::move(totals)};
  entry.receipt.epoch = epoch + 1;
  entry.receipt.content_hash = content_hash;
  entry.receipt.source = source;
  entry.receipt.rejected = rejected;
  entry.receipt.committed_s = now_s;
  return entry;
}

JobReceipt IngestJob::Impl::commit(std::uint64_t rejected, TimeS now_s, RunControl* control) {
  store->events->check_process();
  const auto names = staging.accounts().size() + staging.objects().size();
  require_free_space(store->path,
                     staging.row_count() * kDiskBytesPerRow + names * kDiskBytesPerName,
                     store->options.reserve_bytes);
  store->note_jobs();
  auto entry = begin_entry(rejected, now_s);
  auto& receipt = entry.receipt;
  IdAssignment accounts;
  IdAssignment objects;
  const auto staged = staging.row_count();
  auto settled = settle(entry.totals, accounts, objects);
  if (control != nullptr) control->check();
  const auto rows =
      SortedRows::by_object(std::move(settled), entry.totals.objects, entry.totals.accounts);
  receipt.new_accounts = accounts.new_names.size();
  receipt.new_objects = objects.new_names.size();
  receipt.accepted = rows.size();
  receipt.duplicates = staged - receipt.accepted;
  add_sums(rows, entry);

  SortedFiles files(*store->events, store->path, receipt.epoch);
  write_job(files, rows, entry, accounts, objects, control);
  store->ledger.reserve(receipt);
  if (control != nullptr) control->check();
  files.ingest();
  {
    const std::unique_lock hold(store->guard);
    store->jobs.push_back(receipt);
    store->totals = entry.totals;
  }
  store->note_jobs();
  return receipt;
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
  require_free_space(impl_->path, expected_bytes, impl_->options.reserve_bytes);
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
