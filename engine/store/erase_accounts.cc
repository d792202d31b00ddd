#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forgotten_names.h"
#include "lockstep/error.h"
#include "only_work.h"
#include "sorted_files.h"
#include "store_impl.h"

namespace lockstep {
namespace {

/// Accounts to erase, by id, and the objects that are one of them, as ActionRow::target.
struct Wanted {
  explicit Wanted(const Totals& totals) : accounts(totals.accounts), objects(totals.objects) {}
  std::vector<char> accounts;
  std::vector<std::uint32_t> objects;
};

/// What is left of a block.
struct Kept {
  std::vector<ActionRow> rows;
  std::uint64_t targets = 0;  ///< rows that lost theirs

  [[nodiscard]] bool all_of(const std::vector<ActionRow>& before) const {
    return targets == 0 && rows.size() == before.size();
  }
};

/// Writes the sorted files that erase accounts, in one step with their account.
class AccountErasure {
 public:
  AccountErasure(Store::Impl& store, const Wanted& wanted, RunControl* control)
      : store_(store),
        database_(*store.events),
        wanted_(wanted),
        control_(control),
        view_(store.view()),
        files_(database_, store.path, view_.epoch),
        used_objects_(view_.totals.objects),
        left_(view_.totals.kinds.size()) {}

  void stage(EraseReceipt& receipt, Retention& made) {
    for (const auto family : {kSegments, kByAccount}) rewrite_blocks(family);
    for (const auto family : {kEdgesOut, kEdgesIn}) rewrite_edges(family);
    forget_names(receipt);
    receipt.epoch = view_.epoch;
    receipt.rows = rows_;
    receipt.targets = targets_;
    receipt.jobs = lost_.size();
    account_for(receipt, made);
  }

  void commit(const Erasures& erasures, const Retention& made) {
    auto& manifest = files_.add(kManifest);
    manifest.put(retention_key(made.receipt.number), made.bytes());
    erasures.put_last(manifest);
    manifest.finish();
    files_.ingest();
  }

 private:
  void check_control() const {
    if (control_ != nullptr) control_->check();
  }

  /// What is left of a block's rows, in their order.
  Kept kept_of(Family family, const BlockKey& key, const std::vector<ActionRow>& rows) const {
    Kept kept;
    for (auto row : rows) {
      if (row.account >= wanted_.accounts.size() || row.object >= wanted_.objects.size() ||
          row.target > wanted_.accounts.size() || row.kind >= left_.size()) {
        throw_damaged_block(database_, family, key);
      }
      const bool target = row.target != 0 && wanted_.accounts[row.target - 1] != 0;
      if (wanted_.accounts[row.account] != 0 ||
          (target && wanted_.objects[row.object] == row.target)) {
        continue;
      }
      if (target) row.target = 0;
      kept.targets += target ? 1 : 0;
      kept.rows.push_back(row);
    }
    return kept;
  }

  /// Counts a block of `segments`, and what it loses.
  void count(const BlockKey& key, const std::vector<ActionRow>& rows, const Kept& kept) {
    for (const auto& row : kept.rows) {
      used_objects_[row.object] = 1;
      add_to(left_[key.kind], {{}, 1, row.time, row.time});
    }
    if (kept.all_of(rows)) return;
    auto& lost = lost_[key.epoch];
    lost.rows += rows.size() - kept.rows.size();
    for (const auto& row : rows) lost.checksum += row_hash(row);
    for (const auto& row : kept.rows) lost.checksum -= row_hash(row);
    rows_ += rows.size() - kept.rows.size();
    targets_ += kept.targets;
  }

  /// Writes those entries of a family anew, under their old keys, for which `left_of` gives a text:
  /// what is left of the value, and where that is empty the entry goes.
  template <class LeftOf>
  void rewrite(Family family, const LeftOf& left_of) {
    SortedFile* file = nullptr;
    const auto iterator = database_.iterate(family);
    for (iterator->SeekToFirst(); iterator->Valid() && !is_marker(iterator->key().ToStringView());
         iterator->Next()) {
      check_control();
      const auto key = iterator->key().ToStringView();
      const std::optional<std::string> left = left_of(key, iterator->value().ToStringView());
      if (!left) continue;
      if (file == nullptr) file = &files_.add(family);
      if (left->empty()) {
        file->erase(key);
      } else {
        file->put(key, *left);
      }
    }
    database_.check(*iterator);
    if (file != nullptr) file->finish();
  }

  /// A block's old key says where its ids may begin, so it is not moved.
  void rewrite_blocks(Family family) {
    const auto order = family == kSegments ? BlockOrder::kByObject : BlockOrder::kByAccount;
    std::vector<ActionRow> rows;
    rewrite(family, [&](std::string_view at, std::string_view block) -> std::optional<std::string> {
      const auto key = parse_or_throw(database_, at);
      rows.clear();
      decode_or_throw(database_, family, key, block, rows);
      if (control_ != nullptr) control_->advance(rows.size());
      const auto kept = kept_of(family, key, rows);
      if (family == kSegments) count(key, rows, kept);
      if (kept.all_of(rows)) return std::nullopt;
      return kept.rows.empty() ? std::string() : encode_block(kept.rows, order);
    });
  }

  void rewrite_edges(Family family) {
    std::vector<StoredNeighbour> neighbours;
    rewrite(family, [&](std::string_view at, std::string_view list) -> std::optional<std::string> {
      const auto from = ByteReader(at.substr(2)).big_endian(4);
      neighbours.clear();
      if (!decode_neighbours(list, neighbours)) throw_damaged_list(database_);
      const auto gone = std::erase_if(neighbours, [&](const StoredNeighbour& n) {
        if (std::max(from, std::uint64_t{n.account}) >= wanted_.accounts.size()) {
          throw_damaged_list(database_);
        }
        return wanted_.accounts[from] != 0 || wanted_.accounts[n.account] != 0;
      });
      if (gone == 0) return std::nullopt;
      return neighbours.empty() ? std::string() : encode_neighbours(neighbours);
    });
  }

  void forget_names(EraseReceipt& receipt) {
    auto used_accounts = wanted_.accounts;
    for (auto& used : used_accounts) used = used == 0 ? 1 : 0;
    ForgottenNames forgotten(database_, files_, control_);
    receipt.accounts = forgotten.forget(IdSpace::kAccount, used_accounts);
    receipt.objects = forgotten.forget(IdSpace::kObject, used_objects_);
    forgotten.finish();
  }

  void account_for(const EraseReceipt& receipt, Retention& made) {
    made.receipt = {.number = store_.retentions.size() + 1,
                    .epoch = receipt.epoch,
                    .before_s = kNoDay,
                    .dropped_s = receipt.erased_s,
                    .rows = receipt.rows,
                    .jobs = receipt.jobs};
    made.totals = view_.totals;
    for (std::size_t kind = 0; kind < made.totals.kinds.size(); ++kind) {
      auto& info = made.totals.kinds[kind];
      left_[kind].name = info.name;
      info = left_[kind];
    }
    if (!store_.retentions.empty()) made.cut = store_.retentions.back().cut;
    for (const auto& [epoch, lost] : lost_) {
      const auto& job = store_.jobs[epoch - 1];
      made.cut_job(job, what_is_left(store_.retentions, job), lost);
    }
  }

  Store::Impl& store_;
  const Database& database_;
  const Wanted& wanted_;
  RunControl* control_;
  View view_;
  SortedFiles files_;
  std::vector<char> used_objects_;
  std::vector<KindInfo> left_;              ///< by number: what stays
  std::map<std::uint64_t, KeptRows> lost_;  ///< by epoch: rows that went, and what sums lose
  std::uint64_t rows_ = 0;
  std::uint64_t targets_ = 0;
};

}  // namespace

EraseReceipt Store::erase_accounts(std::span<const std::string> accounts, TimeS now_s,
                                   RunControl* control) {
  impl_->require_writer();
  const OnlyWork only(*impl_);
  const auto [epoch, totals] = impl_->view();
  auto erasures = impl_->erasures;
  Wanted wanted(totals);
  bool any = false;
  for (const auto& account : accounts) {
    const auto number = find_id(IdSpace::kAccount, account);
    const auto id = number ? number : find_stored(IdSpace::kAccount, account);
    if (!id && is_erased(account)) continue;
    if (!id) throw InvalidArgument("account '" + account + "' is not in " + impl_->path.string());
    erasures.suppressed.add(number ? stored_name(IdSpace::kAccount, account) : account);
    wanted.accounts[*id] = 1;
    if (const auto itself = find_id(IdSpace::kObject, account)) wanted.objects[*itself] = *id + 1;
    any = true;
  }
  if (!any) return {.epoch = epoch, .erased_s = now_s};
  if (control != nullptr) control->expect(2 * totals.actions());
  EraseReceipt receipt{.number = erasures.done.size() + 1, .erased_s = now_s};
  Retention made;
  {
    AccountErasure erasure(*impl_, wanted, control);
    erasure.stage(receipt, made);
    erasures.done.push_back(receipt);
    if (control != nullptr) control->check();
    erasure.commit(erasures, made);
  }
  const std::unique_lock hold(impl_->guard);
  impl_->totals = made.totals;
  impl_->retentions.push_back(std::move(made));
  impl_->erasures = std::move(erasures);
  return receipt;
}

bool Store::is_erased(std::string_view account) const {
  impl_->events->check_process();
  const std::shared_lock hold(impl_->guard);
  const auto& suppressed = impl_->erasures.suppressed;
  return suppressed.contains(account) ||
         suppressed.contains(impl_->stored_name(IdSpace::kAccount, account));
}

std::vector<EraseReceipt> Store::erasures() const {
  impl_->events->check_process();
  const std::shared_lock hold(impl_->guard);
  return impl_->erasures.done;
}

}  // namespace lockstep
