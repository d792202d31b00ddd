#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "lockstep/error.h"
#include "rocks.h"

namespace lockstep {

/// Reads the rows of `manifest` that begin with a letter, which count from 1. `take` is given each
/// value and its number, and says whether it is good; CorruptData names the first that is not, as
/// `what`. Whether the iterator ended well is for the caller to check.
template <class Take>
void read_numbered(rocksdb::Iterator& iterator, std::string_view letter, std::string_view what,
                   const std::filesystem::path& store, Take&& take) {
  std::uint64_t number = 0;
  for (iterator.Seek(letter); iterator.Valid() && iterator.key().starts_with(letter);
       iterator.Next()) {
    ++number;
    if (take(iterator.value().ToStringView(), number)) continue;
    throw CorruptData("the manifest of " + store.string() + " is damaged at " + std::string(what) +
                      ' ' + std::to_string(number) + "; restore it from a backup");
  }
}

}  // namespace lockstep
