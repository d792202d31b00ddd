#include <algorithm>
#include <compare>
#include <mutex>
#include <tuple>
#include <utility>

#include "only_work.h"
#include "sorted_files.h"
#include "store_impl.h"

namespace lockstep {
namespace {

/// Keys of the blocks of a kind, of days before one.
struct OldBlocks {
  std::string from;
  std::string end;
};

OldBlocks old_blocks(std::uint16_t kind, std::int64_t first_kept_day) {
  std::string prefix;
  put_big_endian(prefix, kind, 2);
  return {prefix, BlockKey{kind, first_kept_day}.bytes()};
}

/// Rows of a kind, and of each job, that go.
struct Dropped {
  std::vector<std::uint64_t> of_kind;
  std::map<std::uint64_t, KeptRows> of_job;
  std::uint64_t rows = 0;
};

/// A row with a target of a job that keeps a part of its rows, seen from one of its ends.
struct KeptEdge {
  std::uint16_t kind;
  AccountId from;
  AccountId to;
  std::uint64_t epoch;
  TimeS time;
  [[nodiscard]] auto list() const { return std::tuple(kind, from, epoch); }
  friend bool operator<(const KeptEdge& a, const KeptEdge& b) {
    return std::tuple(a.list(), a.to, a.time) < std::tuple(b.list(), b.to, b.time);
  }
};

/// Writes the sorted files that drop all days before one, in one step with their account.
class DayDrop {
 public:
  DayDrop(Store::Impl& store, std::int64_t first_kept_day, RunControl* control)
      : store_(store),
        database_(*store.events),
        first_kept_(first_kept_day),
        control_(control),
        view_(store.view()),
        files_(database_, store.path, view_.epoch) {}

  /// Stages everything; false where there is nothing to drop.
  bool stage(Retention& made) {
    dropped_.of_kind.resize(view_.totals.kinds.size());
    drop_blocks(kSegments);
    if (dropped_.rows == 0) return false;
    drop_blocks(kByAccount);
    account_for(made);
    for (const auto family : {kEdgesOut, kEdgesIn}) rewrite_edges(family);
    auto& manifest = files_.add(kManifest);
    manifest.put(retention_key(made.receipt.number), made.bytes());
    manifest.finish();
    return true;
  }

  void commit() { files_.ingest(); }

 private:
  void check_control() const {
    if (control_ != nullptr) control_->check();
  }

  /// Erases the old blocks of a family; those by object are counted and summed.
  void drop_blocks(Family family) {
    std::vector<ActionRow> rows;
    for (std::size_t kind = 0; kind < view_.totals.kinds.size(); ++kind) {
      SortedFile* file = nullptr;  // one a kind, so that none spans days that stay
      const auto range = old_blocks(static_cast<std::uint16_t>(kind), first_kept_);
      const rocksdb::Slice end(range.end);
      const auto iterator = database_.iterate_once(family, end);
      for (iterator->Seek(range.from); iterator->Valid(); iterator->Next()) {
        check_control();
        if (file == nullptr) file = &files_.add(family);
        file->erase(iterator->key().ToStringView());
        if (family != kSegments) continue;
        const auto key = parse_or_throw(database_, iterator->key().ToStringView());
        rows.clear();
        decode_or_throw(database_, family, key, iterator->value().ToStringView(), rows);
        auto& of_job = dropped_.of_job[key.epoch];
        of_job.rows += rows.size();
        for (const auto& row : rows) of_job.checksum += row_hash(row);
        dropped_.of_kind[kind] += rows.size();
        dropped_.rows += rows.size();
      }
      database_.check(*iterator);
      if (file != nullptr) file->finish();
    }
  }

  void account_for(Retention& made) {
    made.receipt.epoch = view_.epoch;
    made.receipt.rows = dropped_.rows;
    made.receipt.jobs = dropped_.of_job.size();
    made.totals = view_.totals;
    for (std::size_t kind = 0; kind < made.totals.kinds.size(); ++kind) {
      auto& info = made.totals.kinds[kind];
      if (dropped_.of_kind[kind] == 0) continue;
      info.actions -= dropped_.of_kind[kind];
      info.first_s = info.actions == 0 ? 0 : first_kept(static_cast<std::uint16_t>(kind));
      if (info.actions == 0) info.last_s = 0;
    }
    if (!store_.retentions.empty()) made.cut = store_.retentions.back().cut;
    for (const auto& [epoch, gone] : dropped_.of_job) {
      const auto& job = store_.jobs[epoch - 1];
      made.cut_job(job, what_is_left(store_.retentions, job), gone);
    }
    cut_ = &made.cut;
  }

  /// The earliest time of a kind that stays: it is on the first day that does.
  TimeS first_kept(std::uint16_t kind) const {
    std::optional<std::int64_t> day;
    TimeS first = 0;
    std::vector<ActionRow> rows;
    const auto iterator = database_.iterate(kSegments);
    for (iterator->Seek(BlockKey{kind, first_kept_}.bytes()); iterator->Valid(); iterator->Next()) {
      if (is_marker(iterator->key().ToStringView())) break;
      const auto key = parse_or_throw(database_, iterator->key().ToStringView());
      if (key.kind != kind || (day && key.day != *day)) break;
      rows.clear();
      decode_or_throw(database_, kSegments, key, iterator->value().ToStringView(), rows);
      for (const auto& row : rows)
        first = day ? std::min(first, row.time) : row.time, day = key.day;
    }
    database_.check(*iterator);
    return first;
  }

  /// Whether a job lost rows now.
  [[nodiscard]] bool lost(std::uint64_t epoch) const { return dropped_.of_job.contains(epoch); }

  /// The rows with a target that stay, of the jobs that lose others; in the order of their lists.
  std::vector<KeptEdge> kept_edges(Family family) const {
    std::vector<KeptEdge> edges;
    if (std::none_of(cut_->begin(), cut_->end(),
                     [&](const auto& job) { return lost(job.first); })) {
      return edges;
    }
    std::vector<ActionRow> rows;
    for (std::size_t kind = 0; kind < view_.totals.kinds.size(); ++kind) {
      const auto number = static_cast<std::uint16_t>(kind);
      const auto end_key = old_blocks(static_cast<std::uint16_t>(kind + 1), 0).from;
      const rocksdb::Slice end(end_key);
      const auto iterator = database_.iterate_once(kSegments, end);
      for (iterator->Seek(BlockKey{number, first_kept_}.bytes()); iterator->Valid();
           iterator->Next()) {
        check_control();
        if (is_marker(iterator->key().ToStringView())) break;
        const auto key = parse_or_throw(database_, iterator->key().ToStringView());
        if (!lost(key.epoch) || !cut_->contains(key.epoch)) continue;
        rows.clear();
        decode_or_throw(database_, kSegments, key, iterator->value().ToStringView(), rows);
        for (const auto& row : rows) {
          if (row.target == 0) continue;
          const AccountId target = row.target - 1;
          const bool out = family == kEdgesOut;
          edges.push_back({row.kind, out ? row.account : target, out ? target : row.account,
                           key.epoch, row.time});
        }
      }
      database_.check(*iterator);
    }
    std::sort(edges.begin(), edges.end());
    return edges;
  }

  /// Erases the lists of jobs that lost their rows, and writes what is left of the others'.
  void rewrite_edges(Family family) {
    const auto kept = kept_edges(family);
    SortedFile* file = nullptr;
    std::vector<StoredNeighbour> neighbours;
    auto next = kept.begin();
    const auto iterator = database_.iterate(family);
    for (iterator->SeekToFirst(); iterator->Valid() && !is_marker(iterator->key().ToStringView());
         iterator->Next()) {
      check_control();
      ByteReader key(iterator->key().ToStringView());
      const auto kind = static_cast<std::uint16_t>(key.big_endian(2));
      const auto from = static_cast<AccountId>(key.big_endian(4));
      const auto epoch = key.big_endian(8);
      if (!lost(epoch)) continue;
      const std::tuple list(kind, from, epoch);
      while (next != kept.end() && next->list() < list) ++next;
      neighbours.clear();
      for (; next != kept.end() && next->list() == list; ++next) {
        add_neighbour(neighbours, next->to, next->time);
      }
      const auto value = neighbours.empty() ? std::string() : encode_neighbours(neighbours);
      if (iterator->value() == value) continue;
      if (file == nullptr) file = &files_.add(family);
      if (neighbours.empty()) {
        file->erase(iterator->key().ToStringView());
      } else {
        file->put(iterator->key().ToStringView(), value);
      }
    }
    database_.check(*iterator);
    if (file != nullptr) file->finish();
  }

  Store::Impl& store_;
  const Database& database_;
  std::int64_t first_kept_;
  RunControl* control_;
  View view_;
  SortedFiles files_;
  Dropped dropped_;
  const std::map<std::uint64_t, KeptRows>* cut_ = nullptr;
};

}  // namespace

std::uint64_t Store::rows_before(TimeS before_s) const {
  impl_->events->check_process();
  const auto [epoch, totals] = impl_->view();
  const auto day = days_between(before_s, before_s).first;
  std::uint64_t rows = 0;
  for (std::size_t kind = 0; kind < totals.kinds.size(); ++kind) {
    const auto range = old_blocks(static_cast<std::uint16_t>(kind), day);
    const rocksdb::Slice end(range.end);
    const auto iterator = impl_->events->iterate_once(kSegments, end);
    for (iterator->Seek(range.from); iterator->Valid(); iterator->Next()) {
      const auto key = parse_or_throw(*impl_->events, iterator->key().ToStringView());
      const auto block = iterator->value().ToStringView();
      const auto header = is_whole(block) ? read_header(block) : BlockHeader{};
      if (header.rows == 0) throw_damaged_block(*impl_->events, kSegments, key);
      if (key.epoch <= epoch) rows += header.rows;
    }
    impl_->events->check(*iterator);
  }
  return rows;
}

DropReceipt Store::drop_before(TimeS before_s, TimeS now_s, RunControl* control) {
  impl_->require_writer();
  const OnlyWork only(*impl_);
  const auto day = days_between(before_s, before_s).first;
  Retention made;
  made.receipt.number = impl_->retentions.size() + 1;
  made.receipt.before_s = day * kDaySeconds;
  made.receipt.dropped_s = now_s;
  {
    DayDrop drop(*impl_, day, control);
    if (!drop.stage(made)) {
      return {.number = 0, .epoch = epoch(), .before_s = made.receipt.before_s};
    }
    if (control != nullptr) control->check();
    drop.commit();
  }
  const std::unique_lock hold(impl_->guard);
  impl_->totals = made.totals;
  impl_->retentions.push_back(std::move(made));
  return impl_->retentions.back().receipt;
}

std::vector<DropReceipt> Store::drops() const {
  impl_->events->check_process();
  const std::shared_lock hold(impl_->guard);
  std::vector<DropReceipt> receipts;
  for (const auto& retention : impl_->retentions) {
    if (retention.receipt.before_s != kNoDay) receipts.push_back(retention.receipt);
  }
  return receipts;
}

void Store::compact(bool whole, RunControl* control) {
  impl_->require_writer();
  const OnlyWork only(*impl_);
  for (std::size_t family = kSegments; family < kFamilyCount; ++family) {
    if (control != nullptr) control->check();
    impl_->events->compact(family, whole, control);
  }
}

}  // namespace lockstep
