#include "job_sums.h"

#include <algorithm>

namespace lockstep {

void JobSums::add(std::uint16_t kind, const BlockColumns& columns) {
  const TimeS midnight = columns.day * kDaySeconds;
  std::uint64_t sum = 0;
  std::uint32_t first = kDaySeconds;
  std::uint32_t last = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto second = columns.seconds[i];
    sum += row_hash({midnight + second, columns.other[i], columns.leading[i],
                     columns.targets.empty() ? 0 : columns.targets[i], kind});
    first = std::min(first, second);
    last = std::max(last, second);
  }
  checksum_ += sum;
  add_to(kinds_[kind], {{}, columns.size(), midnight + first, midnight + last});
}

void JobSums::add(const JobSums& more) {
  checksum_ += more.checksum_;
  for (std::size_t i = 0; i < kinds_.size(); ++i) add_to(kinds_[i], more.kinds_[i]);
}

void JobSums::put_into(ManifestEntry& entry) const {
  entry.receipt.checksum = checksum_;
  KindInfo all;
  for (std::size_t kind = 0; kind < kinds_.size(); ++kind) {
    add_to(all, kinds_[kind]);
    add_to(entry.totals.kinds[kind], kinds_[kind]);
  }
  entry.receipt.first_s = all.first_s;
  entry.receipt.last_s = all.last_s;
}

}  // namespace lockstep
