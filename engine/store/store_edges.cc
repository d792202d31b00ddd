#include <string>
#include <string_view>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "store_impl.h"

namespace lockstep {
namespace {

constexpr std::size_t kBatchBytes = 16 << 20;
constexpr std::size_t kGrain = 256;

/// Some encoded neighbour lists, one after the other.
struct Batch {
  std::string bytes;
  std::vector<std::size_t> ends;
  std::vector<AccountId> accounts;  ///< whose list it is

  void add(AccountId account, std::string_view list) {
    bytes.append(list);
    ends.push_back(bytes.size());
    accounts.push_back(account);
  }
  [[nodiscard]] std::string_view list(std::size_t i) const {
    const auto begin = i == 0 ? 0 : ends[i - 1];
    return std::string_view(bytes).substr(begin, ends[i] - begin);
  }
};

/// Reads the batch's edges behind those that are there.
void append(const Database& database, const Batch& batch, StoredEdges& edges) {
  const auto lists = batch.accounts.size();
  std::vector<std::vector<StoredNeighbour>> decoded(lists);
  parallel_for(lists, kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i) {
      if (!decode_neighbours(batch.list(i), decoded[i])) throw_damaged_list(database);
    }
  });
  std::vector<std::size_t> first(lists + 1, edges.source.size());
  for (std::size_t i = 0; i < lists; ++i) first[i + 1] = first[i] + decoded[i].size();
  edges.source.resize(first.back());
  edges.target.resize(first.back());
  edges.actions.resize(first.back());
  edges.first_s.resize(first.back());
  parallel_for(lists, kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i) {
      auto at = first[i];
      for (const auto& neighbour : decoded[i]) {
        edges.source[at] = batch.accounts[i];
        edges.target[at] = neighbour.account;
        edges.actions[at] = static_cast<double>(neighbour.actions);
        edges.first_s[at++] = neighbour.first_s;
      }
    }
  });
}

std::uint16_t known_kind(const Totals& totals, const std::string& kind) {
  const auto number = totals.kind_number(kind);
  if (number) return *number;
  std::string known;
  for (const auto& info : totals.kinds) known += (known.empty() ? "" : ", ") + info.name;
  throw InvalidArgument("the store has no kind '" + kind + "'; it has " +
                        (known.empty() ? "none yet" : known));
}

}  // namespace

StoredEdges Store::edges(const std::string& kind, RunControl* control) const {
  const Database& database = *impl_->events;
  database.check_process();
  const auto [epoch, totals] = impl_->view();
  const auto prefix = edge_key(known_kind(totals, kind), 0, 0).substr(0, 2);
  StoredEdges edges;
  edges.epoch = epoch;
  edges.account_count = static_cast<VertexId>(totals.accounts);
  Batch batch;
  const auto flush = [&] {
    append(database, batch, edges);
    batch = {};
  };
  const auto iterator = database.iterate(kEdgesOut);
  for (iterator->Seek(prefix); iterator->Valid() && iterator->key().starts_with(prefix);
       iterator->Next()) {
    if (control != nullptr) control->check();
    ByteReader key(iterator->key().ToStringView().substr(prefix.size()));
    const auto account = static_cast<AccountId>(key.big_endian(4));
    const auto written = key.big_endian(8);
    if (!key.at_end()) throw_damaged_list(database);
    if (written <= epoch) batch.add(account, iterator->value().ToStringView());
    if (batch.bytes.size() >= kBatchBytes) flush();
  }
  database.check(*iterator);
  flush();
  return edges;
}

}  // namespace lockstep
