#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "forgotten_names.h"
#include "only_work.h"
#include "sorted_files.h"
#include "store_impl.h"

namespace lockstep {
namespace {

/// Ids of accounts and objects that some row has, 1 each.
struct Used {
  std::vector<char> accounts;
  std::vector<char> objects;
};

/// Marks an id; false where the store has none such.
bool mark(std::vector<char>& used, std::uint32_t id) {
  if (id >= used.size()) return false;
  used[id] = 1;
  return true;
}

Used ids_in_rows(const Database& database, const Totals& totals, RunControl* control) {
  Used used{std::vector<char>(totals.accounts), std::vector<char>(totals.objects)};
  std::vector<ActionRow> rows;
  const auto iterator = database.iterate(kSegments);
  for (iterator->SeekToFirst(); iterator->Valid() && !is_marker(iterator->key().ToStringView());
       iterator->Next()) {
    if (control != nullptr) control->check();
    const auto key = parse_or_throw(database, iterator->key().ToStringView());
    rows.clear();
    decode_or_throw(database, kSegments, key, iterator->value().ToStringView(), rows);
    for (const auto& row : rows) {
      if (!mark(used.accounts, row.account) || !mark(used.objects, row.object) ||
          (row.target != 0 && !mark(used.accounts, row.target - 1))) {
        throw_damaged_block(database, kSegments, key);
      }
    }
    if (control != nullptr) control->advance(rows.size());
  }
  database.check(*iterator);
  return used;
}

}  // namespace

ForgetReceipt Store::forget_names(std::span<const std::string> kept, TimeS now_s,
                                  RunControl* control) {
  impl_->require_writer();
  const OnlyWork only(*impl_);
  const auto [epoch, totals] = impl_->view();
  if (control != nullptr) control->expect(totals.actions());
  auto used = ids_in_rows(*impl_->events, totals, control);
  for (const auto& name : kept) {
    if (const auto id = find_stored(IdSpace::kAccount, name)) used.accounts[*id] = 1;
  }
  ForgetReceipt receipt;
  receipt.number = impl_->forgettings.size() + 1;
  receipt.drop = impl_->retentions.size();
  receipt.forgotten_s = now_s;
  SortedFiles files(*impl_->events, impl_->path, epoch);
  ForgottenNames forgotten(*impl_->events, files, control);
  receipt.accounts = forgotten.forget(IdSpace::kAccount, used.accounts);
  receipt.objects = forgotten.forget(IdSpace::kObject, used.objects);
  forgotten.finish();
  if (control != nullptr) control->check();
  auto& manifest = files.add(kManifest);
  manifest.put(forgetting_key(receipt.number), bytes_of(receipt));
  manifest.finish();
  files.ingest();
  const std::unique_lock hold(impl_->guard);
  impl_->forgettings.push_back(receipt);
  return receipt;
}

std::vector<ForgetReceipt> Store::forgettings() const {
  impl_->events->check_process();
  const std::shared_lock hold(impl_->guard);
  return impl_->forgettings;
}

}  // namespace lockstep
