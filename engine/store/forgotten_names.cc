#include "forgotten_names.h"

#include <algorithm>
#include <string>

#include "lockstep/error.h"

namespace lockstep {

std::uint64_t ForgottenNames::forget(IdSpace space, const std::vector<char>& used) {
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

void ForgottenNames::finish() {
  for (auto* made : {names_, ids_}) {
    if (made != nullptr) made->finish();
  }
}

/// The file of a family, for all spaces: accounts come before objects in both.
SortedFile& ForgottenNames::file(SortedFile*& made, Family family) {
  if (made == nullptr) made = &files_.add(family);
  return *made;
}

}  // namespace lockstep
