#include <algorithm>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "lockstep/error.h"
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

/// Writes the sorted files that forget names, in one step with the account of it.
class Forgetting {
 public:
  Forgetting(const Database& database, const std::filesystem::path& store, std::uint64_t epoch,
             RunControl* control)
      : database_(database), files_(database, store, epoch), control_(control) {}

  /// Puts an empty name in the place of each that is not used; how many there were.
  std::uint64_t forget(IdSpace space, const std::vector<char>& used) {
    std::vector<std::string> gone;
    std::vector<std::string> block;
    const auto prefix = names_key(space, 0).substr(0, 1);
    const auto iterator = database_.iterate(kNames);
    for (iterator->Seek(prefix); iterator->Valid() && iterator->key().starts_with(prefix);
         iterator->Next()) {
      if (control_ != nullptr) control_->check();
      const auto first = ByteReader(iterator->key().ToStringView().substr(1)).big_endian(4);
      if (!decode_names(iterator->value().ToStringView(), block) ||
          first + block.size() > used.size()) {
        throw CorruptData("the names of " + database_.path().string() +
                          " are damaged; restore it from a backup");
      }
      const auto before = gone.size();
      for (std::size_t i = 0; i < block.size(); ++i) {
        if (used[first + i] != 0 || block[i].empty()) continue;
        gone.push_back(id_key(space, block[i]));
        block[i].clear();
      }
      if (gone.size() > before) {
        file(names_, kNames).put(iterator->key().ToStringView(), encode_names(block));
      }
    }
    database_.check(*iterator);
    std::sort(gone.begin(), gone.end());
    for (const auto& key : gone) file(ids_, kIds).erase(key);
    return gone.size();
  }

  void commit(const ForgetReceipt& receipt) {
    auto& manifest = files_.add(kManifest);
    manifest.put(forgetting_key(receipt.number), bytes_of(receipt));
    manifest.finish();
    for (auto* made : {names_, ids_}) {
      if (made != nullptr) made->finish();
    }
    files_.ingest();
  }

 private:
  /// The file of a family, for all spaces: accounts come before objects in both.
  SortedFile& file(SortedFile*& made, Family family) {
    if (made == nullptr) made = &files_.add(family);
    return *made;
  }

  const Database& database_;
  SortedFiles files_;
  SortedFile* names_ = nullptr;
  SortedFile* ids_ = nullptr;
  RunControl* control_;
};

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
  Forgetting forgetting(*impl_->events, impl_->path, epoch, control);
  receipt.accounts = forgetting.forget(IdSpace::kAccount, used.accounts);
  receipt.objects = forgetting.forget(IdSpace::kObject, used.objects);
  if (control != nullptr) control->check();
  forgetting.commit(receipt);
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
