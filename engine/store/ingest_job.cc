#include <algorithm>
#include <mutex>
#include <span>
#include <utility>

#include "id_assignment.h"
#include "job_files.h"
#include "lockstep/error.h"
#include "sort_rows.h"
#include "sorted_files.h"
#include "staging.h"
#include "store_impl.h"
#include "suppress_rows.h"

namespace lockstep {
namespace {

// Rows staged and sorted, and the files of all families, come to less than this each.
constexpr std::uint64_t kDiskBytesPerRow = 64;
constexpr std::uint64_t kDiskBytesPerName = 128;

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
  void assign_numbers(const StagedRows& rows, bool all_used, Totals& totals, IdAssignment& accounts,
                      IdAssignment& objects) const;
  void number_kinds(std::vector<KindDay>& groups, Totals& totals) const;
};

/// The store's ids for the job's codes, and new ones into `totals`. Ids that no row has, for its
/// rows were refused or left out, are not kept.
void IngestJob::Impl::assign_numbers(const StagedRows& rows, bool all_used, Totals& totals,
                                     IdAssignment& accounts, IdAssignment& objects) const {
  const char all = all_used ? 1 : 0;
  std::vector<char> used_accounts(staging.accounts().size(), all);
  std::vector<char> used_objects(staging.objects().size(), all);
  for (const auto& chunk : rows.chunks) {
    if (all != 0) break;
    for (std::size_t row = 0; row < chunk.size(); ++row) {
      used_accounts[chunk.accounts[row]] = 1;
      if (chunk.target(row) != 0) used_accounts[chunk.target(row) - 1] = 1;
      used_objects[chunk.objects[row]] = 1;
    }
  }
  accounts =
      assign_ids(*store, IdSpace::kAccount, staging.accounts(), used_accounts, totals.accounts);
  objects = assign_ids(*store, IdSpace::kObject, staging.objects(), used_objects, totals.objects);
  totals.accounts += accounts.new_names.size();
  totals.objects += objects.new_names.size();
}

/// Gives groups the store's numbers of their kinds, in the place of the job's; new ones in the
/// order that the job met them.
void IngestJob::Impl::number_kinds(std::vector<KindDay>& groups, Totals& totals) const {
  std::vector<std::uint16_t> numbers(staging.kinds().size(), 0);
  for (const auto& group : groups) numbers[group.kind] = 1;
  for (std::size_t kind = 0; kind < numbers.size(); ++kind) {
    if (numbers[kind] == 0) continue;
    const auto known = totals.kind_number(staging.kinds()[kind]);
    if (!known) totals.kinds.push_back({staging.kinds()[kind], 0, 0, 0});
    numbers[kind] = known.value_or(static_cast<std::uint16_t>(totals.kinds.size() - 1));
  }
  for (auto& group : groups) group.kind = numbers[group.kind];
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
  auto taken = staging.take_rows();
  const auto suppressed = suppress_rows(taken, staging, *store);
  receipt.erased = suppressed.rows;
  assign_numbers(taken, !staging.refused_rows() && !suppressed.any, entry.totals, accounts,
                 objects);
  number_kinds(taken.groups, entry.totals);
  if (control != nullptr) control->check();
  const auto [by_object, by_account] =
      SortedRows::in_both_orders(std::move(taken), {accounts.id_of_code, objects.id_of_code},
                                 entry.totals.objects, entry.totals.accounts);
  receipt.new_accounts = accounts.new_names.size();
  receipt.new_objects = objects.new_names.size();
  receipt.accepted = by_object.size();
  receipt.duplicates = staged - receipt.erased - receipt.accepted;

  SortedFiles files(*store->events, store->path, receipt.epoch);
  write_job(files, by_object, by_account, entry, accounts, objects, control);
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
  impl_->require_writer();
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
