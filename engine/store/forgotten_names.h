#pragma once

#include <cstdint>
#include <vector>

#include "lockstep/run_control.h"
#include "sorted_files.h"

namespace lockstep {

/// Forgets names in the files of one step: account names first, and then those of objects.
class ForgottenNames {
 public:
  ForgottenNames(const Database& database, SortedFiles& files, RunControl* control)
      : database_(database), files_(files), control_(control) {}

  /// Puts an empty name in the place of each that is not used (by id, one for every id of the
  /// space); how many there were. Throws CorruptData.
  std::uint64_t forget(IdSpace space, const std::vector<char>& used);
  /// Ends the files that it wrote, if any.
  void finish();

 private:
  SortedFile& file(SortedFile*& made, Family family);

  const Database& database_;
  SortedFiles& files_;
  SortedFile* names_ = nullptr;
  SortedFile* ids_ = nullptr;
  RunControl* control_;
};

}  // namespace lockstep
