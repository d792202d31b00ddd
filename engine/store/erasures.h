#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "lockstep/store.h"
#include "rocks.h"
#include "sorted_files.h"

namespace lockstep {

/// Accounts that were erased, known again by a mark alone: a keyed hash of the name that was
/// stored, with a random salt of the store.
class Suppressed {
 public:
  [[nodiscard]] bool any() const { return !marks_.empty(); }
  [[nodiscard]] bool contains(std::string_view stored_name) const;
  /// Marks one more. The first needs a salt, which is drawn.
  void add(std::string_view stored_name);

 private:
  friend struct Erasures;
  [[nodiscard]] std::string mark_of(std::string_view stored_name) const;
  std::string salt_;
  std::unordered_set<std::string> marks_;
};

/// What rows of `manifest` say of all erasures.
struct Erasures {
  std::vector<EraseReceipt> done;  ///< by number
  Suppressed suppressed;

  /// Throws CorruptData.
  [[nodiscard]] static Erasures read(const Database& events, const std::filesystem::path& store);
  /// Writes the marks and the last receipt; their keys come after those of droppings.
  void put_last(SortedFile& manifest) const;
  /// Names that they took, of accounts and objects.
  [[nodiscard]] EraseReceipt sum() const;
};

}  // namespace lockstep
