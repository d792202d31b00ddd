#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lockstep/column.h"
#include "lockstep/parallel.h"
#include "scan_merge.h"
#include "store_impl.h"

namespace lockstep {
namespace {

/// Bytes kept at places that do not move.
class Arena {
 public:
  std::string_view keep(std::string_view bytes) {
    if (chunks_.empty() || bytes.size() > chunks_.back().size() - used_) {
      chunks_.emplace_back(std::max(kChunk, bytes.size()));
      used_ = 0;
    }
    char* const at = chunks_.back().data() + used_;
    std::copy(bytes.begin(), bytes.end(), at);
    used_ += bytes.size();
    return {at, bytes.size()};
  }

 private:
  static constexpr std::size_t kChunk = 8 << 20;
  std::vector<Column<char>> chunks_;
  std::size_t used_ = 0;
};

/// The blocks between two keys, in their order.
struct Part {
  Arena arena;
  std::vector<ScanBlock> blocks;
};

/// What a scan asks of `segments`.
struct Wanted {
  std::uint16_t kind = 0;
  TimeS from_s = 0;
  TimeS to_s = 0;
  std::uint64_t epoch = 0;  ///< the latest to be seen
};

[[noreturn]] void report_damage(const Database& database, std::uint16_t kind, std::int64_t day,
                                std::uint64_t epoch) {
  throw_damaged_block(database, kSegments, {kind, day, epoch, 0, 0});
}

/// A block of a day that the wanted time cuts, without the rows outside of it.
std::string trimmed(const Database& database, const BlockKey& key, std::string_view bytes,
                    const Wanted& wanted) {
  BlockColumns block;
  if (!decode_columns(bytes, block) || block.day != key.day) {
    report_damage(database, key.kind, key.day, key.epoch);
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const auto time = key.day * kDaySeconds + block.seconds[i];
    if (time < wanted.from_s || time >= wanted.to_s) continue;
    block.leading[kept] = block.leading[i];
    block.seconds[kept] = block.seconds[i];
    block.other[kept++] = block.other[i];
  }
  block.leading.resize(kept);
  block.seconds.resize(kept);
  block.other.resize(kept);
  block.targets.clear();
  return kept == 0 ? std::string() : encode_columns(block);
}

void add_block(const Database& database, const BlockKey& key, std::string_view bytes,
               const Wanted& wanted, Part& part) {
  if (!is_whole(bytes)) report_damage(database, key.kind, key.day, key.epoch);
  const auto midnight = key.day * kDaySeconds;
  if (wanted.from_s <= midnight && wanted.to_s >= midnight + kDaySeconds) {
    bytes = part.arena.keep(bytes);
  } else {
    const auto rest = trimmed(database, key, bytes, wanted);
    if (rest.empty()) return;
    bytes = part.arena.keep(rest);
  }
  const auto header = read_header(bytes);
  if (header.rows == 0 || header.day != key.day) {
    report_damage(database, key.kind, key.day, key.epoch);
  }
  part.blocks.push_back({key.day, key.epoch, header.first, header.rows, bytes});
}

Part read_part(const Database& database, const std::string& from, const std::string& to,
               const Wanted& wanted, RunControl* control) {
  Part part;
  const rocksdb::Slice end(to);
  const auto iterator = database.iterate_once(kSegments, end);
  for (iterator->Seek(from); iterator->Valid(); iterator->Next()) {
    if (control != nullptr) control->check();
    const auto key = parse_or_throw(database, iterator->key().ToStringView());
    if (key.epoch > wanted.epoch) continue;
    add_block(database, key, iterator->value().ToStringView(), wanted, part);
  }
  database.check(*iterator);
  return part;
}

std::vector<Part> read_parts(const Database& database, const Wanted& wanted, RunControl* control) {
  const auto days = days_between(wanted.from_s, wanted.to_s);
  const auto bounds = database.split(kSegments, BlockKey{wanted.kind, days.first}.bytes(),
                                     BlockKey{wanted.kind, days.last + 1}.bytes());
  std::vector<Part> parts(bounds.size() - 1);
  parallel_for(parts.size(), 1, [&](std::size_t i, std::size_t) {
    parts[i] = read_part(database, bounds[i], bounds[i + 1], wanted, control);
  });
  return parts;
}

}  // namespace

ScanResult Store::scan(const std::string& kind, TimeS from_s, TimeS to_s,
                       RunControl* control) const {
  impl_->events->check_process();
  const auto [epoch, totals] = impl_->view();
  const auto number = totals.kind_number(kind);
  std::vector<Part> parts;
  if (number && from_s < to_s) {
    parts = read_parts(*impl_->events, {*number, from_s, to_s, epoch}, control);
  }
  std::vector<ScanBlock> blocks;
  for (const auto& part : parts) {
    blocks.insert(blocks.end(), part.blocks.begin(), part.blocks.end());
  }
  const ScanLimits limits{totals.accounts, totals.objects, [&](const ScanBlock& block) {
                            report_damage(*impl_->events, *number, block.day, block.epoch);
                          }};
  return merge_blocks(blocks, limits, control);
}

}  // namespace lockstep
