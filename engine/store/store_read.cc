#include <algorithm>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <utility>

#include "lockstep/error.h"
#include "store_impl.h"

namespace lockstep {
namespace {

bool at_block(const rocksdb::Iterator& iterator) {
  return iterator.Valid() && !is_marker(iterator.key().ToStringView());
}

/// Appends the account's rows of one run (kind, day, epoch) of `by_account`.
void read_run(const Database& database, rocksdb::Iterator& iterator, const BlockKey& run,
              AccountId account, std::vector<ActionRow>& found) {
  const BlockKey past{run.kind, run.day, run.epoch, account, 0xffffffffU};
  std::vector<ActionRow> rows;
  for (iterator.SeekForPrev(past.bytes()); iterator.Valid(); iterator.Prev()) {
    const auto key = parse_or_throw(database, iterator.key().ToStringView());
    if (key.kind != run.kind || key.day != run.day || key.epoch != run.epoch) break;
    rows.clear();
    decode_or_throw(database, kByAccount, key, iterator.value().ToStringView(), rows);
    for (const auto& row : rows) {
      if (row.account == account) found.push_back(row);
    }
    if (key.first_id < account) break;
  }
  database.check(iterator);
}

std::vector<ActionRow> read_account(const Database& database, std::uint16_t kind, AccountId account,
                                    DayRange days, std::uint64_t epoch) {
  std::vector<ActionRow> found;
  const auto runs = database.iterate(kByAccount);
  const auto blocks = database.iterate(kByAccount);
  runs->Seek(BlockKey{kind, days.first}.bytes());
  while (at_block(*runs)) {
    auto run = parse_or_throw(database, runs->key().ToStringView());
    if (run.kind != kind || run.day > days.last) break;
    if (run.epoch <= epoch) read_run(database, *blocks, run, account, found);
    runs->Seek(BlockKey{kind, run.day, run.epoch + 1}.bytes());
  }
  database.check(*runs);
  return found;
}

}  // namespace

std::vector<StoredAction> Store::account_actions(AccountId account, TimeS from_s,
                                                 TimeS to_s) const {
  impl_->events->check_process();
  const auto view = impl_->view();
  const auto kinds = view.totals.kinds.size();
  std::vector<ActionRow> rows;
  for (std::size_t kind = 0; kind < kinds && from_s < to_s; ++kind) {
    const auto of_kind = read_account(*impl_->events, static_cast<std::uint16_t>(kind), account,
                                      days_between(from_s, to_s), view.epoch);
    rows.insert(rows.end(), of_kind.begin(), of_kind.end());
  }
  std::vector<StoredAction> actions;
  for (const auto& row : rows) {
    if (row.time >= from_s && row.time < to_s) actions.push_back({row.kind, row.object, row.time});
  }
  const auto key = [](const StoredAction& a) { return std::tuple(a.kind, a.time, a.object); };
  std::sort(actions.begin(), actions.end(),
            [&](const auto& a, const auto& b) { return key(a) < key(b); });
  actions.erase(std::unique(actions.begin(), actions.end(),
                            [&](const auto& a, const auto& b) { return key(a) == key(b); }),
                actions.end());
  return actions;
}

std::vector<StoredNeighbour> Store::neighbours(const std::string& kind, AccountId account,
                                               Direction direction) const {
  impl_->events->check_process();
  const auto [epoch, totals] = impl_->view();
  const auto number = totals.kind_number(kind);
  if (!number) return {};
  const auto iterator = impl_->events->iterate(direction == Direction::kOut ? kEdgesOut : kEdgesIn);
  const auto prefix = edge_key(*number, account, 0).substr(0, 6);
  std::vector<StoredNeighbour> found;
  for (iterator->Seek(prefix); iterator->Valid() && iterator->key().starts_with(prefix);
       iterator->Next()) {
    const auto written = ByteReader(iterator->key().ToStringView().substr(6)).big_endian(8);
    if (written > epoch) continue;
    if (!decode_neighbours(iterator->value().ToStringView(), found)) {
      throw_damaged_list(*impl_->events);
    }
  }
  impl_->events->check(*iterator);
  std::map<AccountId, StoredNeighbour> merged;
  for (const auto& n : found) {
    auto [at, fresh] = merged.emplace(n.account, n);
    if (fresh) continue;
    at->second.actions += n.actions;
    at->second.first_s = std::min(at->second.first_s, n.first_s);
    at->second.last_s = std::max(at->second.last_s, n.last_s);
  }
  found.clear();
  for (const auto& [id, neighbour] : merged) found.push_back(neighbour);
  return found;
}

std::optional<std::uint32_t> Store::find_id(IdSpace space, std::string_view external) const {
  return find_stored(space, impl_->stored_name(space, external));
}

std::optional<std::uint32_t> Store::find_stored(IdSpace space, std::string_view name) const {
  impl_->events->check_process();
  std::string value;
  const auto status =
      impl_->events->db().Get({}, impl_->events->family(kIds), id_key(space, name), &value);
  if (status.IsNotFound()) return std::nullopt;
  check(status, "cannot read", impl_->events->path());
  const auto id = static_cast<std::uint32_t>(ByteReader(value).big_endian(4));
  // A reader sees ids of a job whose manifest it has not read yet; they are not there for it.
  const auto totals = impl_->view().totals;
  const auto known = space == IdSpace::kAccount ? totals.accounts : totals.objects;
  return id < known ? std::optional(id) : std::nullopt;
}

std::vector<std::string> Store::names(IdSpace space, std::span<const std::uint32_t> ids) const {
  impl_->events->check_process();
  const auto totals = impl_->view().totals;
  const auto known = space == IdSpace::kAccount ? totals.accounts : totals.objects;
  std::vector<std::size_t> order(ids.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return ids[a] < ids[b]; });
  std::vector<std::string> found(ids.size());
  std::vector<std::string> block;
  std::uint32_t first = 0;
  const auto iterator = impl_->events->iterate(kNames);
  for (const auto i : order) {
    if (ids[i] >= known) {
      throw InvalidArgument(std::string(space_name(space)) + " " + std::to_string(ids[i]) +
                            " is past the " + std::to_string(known) + " of the store");
    }
    if (block.empty() || ids[i] - first >= block.size()) {
      iterator->SeekForPrev(names_key(space, ids[i]));
      impl_->events->check(*iterator);
      const bool good = iterator->Valid() && iterator->key().size() == 5 &&
                        decode_names(iterator->value().ToStringView(), block);
      first = good ? static_cast<std::uint32_t>(
                         ByteReader(iterator->key().ToStringView().substr(1)).big_endian(4))
                   : 0;
      if (!good || ids[i] - first >= block.size()) {
        throw CorruptData("the names of " + impl_->events->path().string() +
                          " are damaged; restore it from a backup");
      }
    }
    found[i] = block[ids[i] - first];
  }
  return found;
}

}  // namespace lockstep
