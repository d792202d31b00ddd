#include "id_assignment.h"

#include <algorithm>
#include <limits>

#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "name_order.h"

namespace lockstep {
namespace {

constexpr std::uint32_t kUnknown = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kMostIds = (1ULL << 32) - (1ULL << 20);
constexpr std::size_t kLookupBatch = 1024;

/// Fills in the ids that the store knows, reading keys in their order.
void look_up(const Store::Impl& store, IdSpace space, const std::vector<std::string>& names,
             std::vector<std::uint32_t>& ids) {
  auto order = name_order(names);
  std::erase_if(order, [&](std::uint32_t code) { return names[code].empty(); });
  parallel_for(order.size(), kLookupBatch, [&](std::size_t begin, std::size_t end) {
    std::vector<std::string> keys;
    for (auto i = begin; i < end; ++i) keys.push_back(id_key(space, names[order[i]]));
    const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    store.events->db().MultiGet({}, store.events->family(kIds), keys.size(), slices.data(),
                                values.data(), statuses.data(), true);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].IsNotFound()) continue;
      check(statuses[i], "cannot read", store.events->path());
      ids[order[begin + i]] =
          static_cast<std::uint32_t>(ByteReader(values[i].ToStringView()).big_endian(4));
    }
  });
}

}  // namespace

IdAssignment assign_ids(const Store::Impl& store, IdSpace space, const Dictionary& dictionary,
                        const std::vector<char>& used, std::uint64_t known_ids) {
  std::vector<std::string> names(dictionary.size());
  parallel_for(names.size(), 1 << 14, [&](std::size_t begin, std::size_t end) {
    for (auto code = begin; code < end; ++code) {
      if (used[code] == 0) continue;
      names[code] = store.stored_name(space, dictionary.name(static_cast<std::uint32_t>(code)));
    }
  });
  IdAssignment assignment;
  assignment.first_new = static_cast<std::uint32_t>(known_ids);
  const bool all_new = known_ids == 0 && names.size() < kMostIds &&
                       std::find(used.begin(), used.end(), 0) == used.end();
  if (all_new) {
    assignment.new_names = std::move(names);
    return assignment;
  }
  assignment.id_of_code.assign(names.size(), kUnknown);
  if (known_ids != 0) look_up(store, space, names, assignment.id_of_code);
  for (std::size_t code = 0; code < names.size(); ++code) {
    if (used[code] == 0 || assignment.id_of_code[code] != kUnknown) continue;
    const auto id = known_ids + assignment.new_names.size();
    if (id >= kMostIds) {
      throw StorageError(store.path.string() + " holds as many " + std::string(space_name(space)) +
                         " ids as it can (4.29 billion); start a new store");
    }
    assignment.id_of_code[code] = static_cast<std::uint32_t>(id);
    assignment.new_names.push_back(std::move(names[code]));
  }
  return assignment;
}

}  // namespace lockstep
