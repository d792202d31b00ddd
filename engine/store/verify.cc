#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "lockstep/error.h"
#include "lockstep/hash.h"
#include "store_impl.h"

namespace lockstep {
namespace {

/// Rows counted and summed again, of one job.
struct Tally {
  std::uint64_t rows = 0;
  std::uint64_t checksum = 0;
  std::uint64_t edges = 0;  ///< sum of a hash of (kind, from, to) of each row with a target
  friend bool operator==(const Tally&, const Tally&) = default;
};

std::uint64_t edge_hash(std::uint64_t kind, std::uint64_t from, std::uint64_t to) {
  return mix(mix((from << 32 | to) + 0x9e3779b97f4a7c15ULL) + kind + 1);
}

/// Whether a job is there for this reader; one that was committed since is not.
bool is_seen(std::uint64_t epoch, std::uint64_t seen) { return epoch <= seen; }

/// What a family holds, by job.
template <class Sum>
struct Scanned {
  std::map<std::uint64_t, Sum> of_job;
  bool whole = true;  ///< false where reading broke off: what is missing says nothing of any job
};

/// Whether an iterator came to its end, and not to a block that cannot be read.
bool came_to_end(const rocksdb::Iterator& iterator, Family family,
                 std::vector<std::string>& problems) {
  if (iterator.status().ok()) return true;
  problems.push_back(family_name(family) + ": " + iterator.status().ToString());
  return false;
}

Scanned<Tally> tally_blocks(const Database& database, Family family, std::uint64_t seen,
                            RunControl* control, std::vector<std::string>& problems) {
  Scanned<Tally> scanned;
  std::vector<ActionRow> rows;
  const auto iterator = database.iterate(family);
  for (iterator->SeekToFirst(); iterator->Valid() && !is_marker(iterator->key().ToStringView());
       iterator->Next()) {
    if (control != nullptr) control->check();
    rows.clear();
    try {
      const auto key = parse_or_throw(database, iterator->key().ToStringView());
      if (!is_seen(key.epoch, seen)) continue;
      decode_or_throw(database, family, key, iterator->value().ToStringView(), rows);
      auto& tally = scanned.of_job[key.epoch];
      tally.rows += rows.size();
      for (const auto& row : rows) {
        tally.checksum += row_hash(row);
        if (row.target != 0) tally.edges += edge_hash(row.kind, row.account, row.target - 1);
      }
      if (control != nullptr) control->advance(rows.size());
    } catch (const CorruptData& error) {
      problems.emplace_back(error.what());
    }
  }
  scanned.whole = came_to_end(*iterator, family, problems);
  return scanned;
}

/// The sums of the edges in one family, by job, to be equal to those of the rows.
Scanned<std::uint64_t> tally_edges(const Database& database, Family family, std::uint64_t seen,
                                   RunControl* control, std::vector<std::string>& problems) {
  Scanned<std::uint64_t> scanned;
  std::vector<StoredNeighbour> neighbours;
  const auto iterator = database.iterate(family);
  for (iterator->SeekToFirst(); iterator->Valid() && !is_marker(iterator->key().ToStringView());
       iterator->Next()) {
    if (control != nullptr) control->check();
    ByteReader key(iterator->key().ToStringView());
    const auto kind = key.big_endian(2);
    const auto vertex = key.big_endian(4);
    const auto epoch = key.big_endian(8);
    neighbours.clear();
    if (!key.at_end() || !decode_neighbours(iterator->value().ToStringView(), neighbours)) {
      problems.push_back(family_name(family) + ": the neighbours of account " +
                         std::to_string(vertex) + " are damaged");
      continue;
    }
    if (!is_seen(epoch, seen)) continue;
    for (const auto& n : neighbours) {
      scanned.of_job[epoch] +=
          n.actions * (family == kEdgesOut ? edge_hash(kind, vertex, n.account)
                                           : edge_hash(kind, n.account, vertex));
    }
  }
  scanned.whole = came_to_end(*iterator, family, problems);
  return scanned;
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

/// Every id must have a name, and every name lead to its id, but for as many as were forgotten.
void check_names(const Database& database, IdSpace space, std::uint64_t known,
                 std::uint64_t forgotten, std::vector<std::string>& problems) {
  const auto names = read_names(database, space, problems);
  const auto spaced = std::string(space_name(space)) + "s: ";
  if (names.size() < known) {
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
    if (id >= known) continue;  // of a job not seen, or it is missed in the count below
    if (id >= names.size() || names[id] != name) {
      problems.push_back(spaced + "'" + std::string(name) + "' leads to id " + std::to_string(id) +
                         ", which has another name");
      return;
    }
    ++found;
  }
  if (!iterator->status().ok()) problems.push_back(spaced + iterator->status().ToString());
  if (found + forgotten != known) {
    problems.push_back(spaced + std::to_string(found) + " names lead to an id, of " +
                       std::to_string(known - forgotten));
  }
  const auto seen = names.begin() + static_cast<std::ptrdiff_t>(std::min(known, names.size()));
  const auto empty = static_cast<std::uint64_t>(std::count(names.begin(), seen, std::string()));
  if (empty != forgotten) {
    problems.push_back(spaced + std::to_string(empty) + " ids are without a name, and " +
                       std::to_string(forgotten) + " were forgotten");
  }
}

void check_files(const Database& database, std::vector<std::string>& problems) {
  for (const auto& status :
       {database.db().VerifyFileChecksums({}), database.db().VerifyChecksum()}) {
    if (!status.ok()) problems.push_back(database.path().string() + ": " + status.ToString());
  }
}

/// Holds the rows of every job, in both orders, and its edges against its receipt.
void check_jobs(const Database& database, const std::vector<JobReceipt>& jobs, RunControl* control,
                VerifyReport& report) {
  auto& problems = report.problems;
  const auto seen = jobs.size();
  auto segments = tally_blocks(database, kSegments, seen, control, problems);
  auto mirrors = tally_blocks(database, kByAccount, seen, control, problems);
  auto out = tally_edges(database, kEdgesOut, seen, control, problems);
  auto in = tally_edges(database, kEdgesIn, seen, control, problems);
  for (const auto& job : jobs) {
    const auto name = "job " + std::to_string(job.epoch) + " (" + job.source + "): ";
    const auto check_rows = [&](Scanned<Tally>& scanned, const std::string& family) {
      const auto& found = scanned.of_job[job.epoch];
      if (!scanned.whole || (found.rows == job.accepted && found.checksum == job.checksum)) return;
      problems.push_back(name + family + " holds " + std::to_string(found.rows) +
                         " rows, its account " + std::to_string(job.accepted) +
                         ", or rows have changed");
    };
    check_rows(segments, "segments");
    check_rows(mirrors, "by_account");
    for (auto* edges : {&out, &in}) {
      if (!segments.whole || !edges->whole) continue;
      if (edges->of_job[job.epoch] == segments.of_job[job.epoch].edges) continue;
      problems.push_back(name + (edges == &out ? "edges_out" : "edges_in") +
                         " does not agree with its rows");
    }
    ++report.jobs;
    report.rows += segments.of_job[job.epoch].rows;
  }
}

}  // namespace

VerifyReport Store::verify(RunControl* control) const {
  impl_->events->check_process();
  VerifyReport report;
  const auto& database = *impl_->events;
  const auto [epoch, totals] = impl_->view();
  if (control != nullptr) control->expect(2 * totals.actions());
  // A secondary cannot read the writer's file checksums; block checksums are read either way.
  if (impl_->options.mode == StoreMode::kWrite) check_files(database, report.problems);
  auto known = jobs();
  known.resize(epoch);
  EraseReceipt forgotten;
  {
    const std::shared_lock hold(impl_->guard);
    forgotten = impl_->erasures.sum();
    for (const auto& receipt : impl_->forgettings) {
      forgotten.accounts += receipt.accounts;
      forgotten.objects += receipt.objects;
    }
    for (auto& job : known) {
      const auto left = what_is_left(impl_->retentions, job);
      job.accepted = left.rows;
      job.checksum = left.checksum;
    }
  }
  check_jobs(database, known, control, report);
  check_names(database, IdSpace::kAccount, totals.accounts, forgotten.accounts, report.problems);
  check_names(database, IdSpace::kObject, totals.objects, forgotten.objects, report.problems);
  return report;
}

}  // namespace lockstep
