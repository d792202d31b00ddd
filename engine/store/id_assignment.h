#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lockstep/dictionary.h"
#include "store_impl.h"

namespace lockstep {

/// The store's ids for the codes of a job.
struct IdAssignment {
  std::vector<std::uint32_t> id_of_code;  ///< empty where every id is its code
  std::vector<std::string> new_names;     ///< of the ids from `first_new` on, as they are stored
  std::uint32_t first_new = 0;
};

/// Looks the codes marked in `used` up in the store, in sorted batches, and gives those it does
/// not know the next ids, in the order of their codes.
/// Throws StorageError where the store would pass 2^32 - 2^20 ids.
[[nodiscard]] IdAssignment assign_ids(const Store::Impl& store, IdSpace space,
                                      const Dictionary& dictionary, const std::vector<char>& used,
                                      std::uint64_t known_ids);

}  // namespace lockstep
