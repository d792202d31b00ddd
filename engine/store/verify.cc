#include <map>
#include <string>
#include <utility>

#include "lockstep/error.h"
#include "store_impl.h"

namespace lockstep {
namespace {

/// Rows counted and summed again, by epoch.
struct Tally {
  std::uint64_t rows = 0;
  std::uint64_t checksum = 0;
  friend bool operator==(const Tally&, const Tally&) = default;
};

std::map<std::uint64_t, Tally> tally_blocks(const Database& database, Family family,
                                            RunControl* control,
                                            std::vector<std::string>& problems) {
  std::map<std::uint64_t, Tally> tallies;
  std::vector<ActionRow> rows;
  const auto iterator = database.iterate(family);
  for (iterator->SeekToFirst(); iterator->Valid() && !is_marker(iterator->key().ToStringView());
       iterator->Next()) {
    if (control != nullptr) control->check();
    rows.clear();
    try {
      const auto key = parse_or_throw(database, iterator->key().ToStringView());
      decode_or_throw(database, family, key, iterator->value().ToStringView(), rows);
      auto& tally = tallies[key.epoch];
      tally.rows += rows.size();
      for (const auto& row : rows) tally.checksum += row_hash(row);
      if (control != nullptr) control->advance(rows.size());
    } catch (const CorruptData& error) {
      problems.emplace_back(error.what());
    }
  }
  if (!iterator->status().ok()) {
    problems.push_back(family_names()[family - 1] + ": " + iterator->status().ToString());
  }
  return tallies;
}

/// All names of a space by id, as far as their blocks follow on each other.
std::vector<std::string> read_names(const Database& database, IdSpace space,
                                    std::vector<std::string>& problems) {
  const auto iterator = database.iterate(kNames);
  const auto prefix = names_key(space, 0).substr(0, 1);
  std::vector<std::string> names;
  std::vector<std::string> block;
  for (iterator->Seek(prefix); iterator->Valid() && iterator->key().starts_with(prefix);
       iterator->Next()) {
    const auto first = ByteReader(iterator->key().ToStringView().substr(1)).big_endian(4);
    if (first != names.size() || !decode_names(iterator->value().ToStringView(), block)) {
      problems.push_back("names of " + std::string(space_name(space)) + "s: the block of id " +
                         std::to_string(names.size()) + " is missing or damaged");
      return names;
    }
    names.insert(names.end(), block.begin(), block.end());
  }
  if (!iterator->status().ok()) problems.push_back("names: " + iterator->status().ToString());
  return names;
}

/// Every id must have a name, and every name lead to its id.
void check_names(const Database& database, IdSpace space, std::uint64_t known,
                 std::vector<std::string>& problems) {
  const auto names = read_names(database, space, problems);
  const auto spaced = std::string(space_name(space)) + "s: ";
  if (names.size() != known) {
    problems.push_back(spaced + std::to_string(names.size()) + " names for " +
                       std::to_string(known) + " ids");
  }
  const auto iterator = database.iterate(kIds);
  const auto prefix = id_key(space, "");
  std::uint64_t found = 0;
  for (iterator->Seek(prefix); iterator->Valid() && iterator->key().starts_with(prefix);
       iterator->Next()) {
    const auto id = ByteReader(iterator->value().ToStringView()).big_endian(4);
    const auto name = iterator->key().ToStringView().substr(prefix.size());
    if (id >= names.size() || names[id] != name) {
      problems.push_back(spaced + "'" + std::string(name) + "' leads to id " + std::to_string(id) +
                         ", which has another name");
      return;
    }
    ++found;
  }
  if (!iterator->status().ok()) problems.push_back(spaced + iterator->status().ToString());
  if (found != known) {
    problems.push_back(spaced + std::to_string(found) + " names lead to an id, of " +
                       std::to_string(known));
  }
}

void check_files(const Database& database, std::vector<std::string>& problems) {
  for (const auto& status :
       {database.db().VerifyFileChecksums({}), database.db().VerifyChecksum()}) {
    if (!status.ok()) problems.push_back(database.path().string() + ": " + status.ToString());
  }
}

}  // namespace

VerifyReport Store::verify(RunControl* control) const {
  impl_->events->check_process();
  VerifyReport report;
  const auto& database = *impl_->events;
  const auto totals = impl_->current_totals();
  if (control != nullptr) control->expect(2 * totals.actions());
  // A secondary cannot read the writer's file checksums; block checksums are read either way.
  if (impl_->options.mode == StoreMode::kWrite) check_files(database, report.problems);
  const auto segments = tally_blocks(database, kSegments, control, report.problems);
  const auto mirrors = tally_blocks(database, kByAccount, control, report.problems);
  for (const auto& job : jobs()) {
    const auto at = [&](const auto& tallies) {
      const auto found = tallies.find(job.epoch);
      return found == tallies.end() ? Tally{} : found->second;
    };
    const Tally want{job.accepted, job.checksum};
    const auto name = "job " + std::to_string(job.epoch) + " (" + job.source + ")";
    if (at(segments) != want) {
      report.problems.push_back(name + ": segments hold " + std::to_string(at(segments).rows) +
                                " rows, the ledger " + std::to_string(want.rows) +
                                ", or rows have changed");
    }
    if (at(mirrors) != want) {
      report.problems.push_back(name + ": by_account holds " + std::to_string(at(mirrors).rows) +
                                " rows, the ledger " + std::to_string(want.rows) +
                                ", or rows have changed");
    }
    ++report.jobs;
    report.rows += at(segments).rows;
  }
  check_names(database, IdSpace::kAccount, totals.accounts, report.problems);
  check_names(database, IdSpace::kObject, totals.objects, report.problems);
  return report;
}

}  // namespace lockstep
