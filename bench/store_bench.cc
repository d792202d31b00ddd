// How fast does the durable store take, keep and give back a log?
//   store_bench [actions, default 10000000] [folder, default .]
// One JSON line a case: staging, commit, a scan of everything, verify, and jobs of 100 rows. The
// log has integer ids: actions / 5 objects, actions / 10 accounts, 7 days, no row twice. What a
// scan gives back is held against the generated columns as a set, by the sum of a hash of each row.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "harness.h"
#include "lockstep/random.h"
#include "lockstep/store.h"

namespace {

using namespace lockstep;

constexpr TimeS kStart = 1'600'000'000;
constexpr std::size_t kBatch = 1 << 20;

struct Columns {
  std::vector<std::int64_t> accounts;
  std::vector<std::int64_t> objects;
  std::vector<TimeS> times;
};

Columns make_columns(std::uint64_t rows) {
  SplitMix random(1);
  Columns columns;
  for (std::uint64_t row = 0; row < rows; ++row) {
    columns.accounts.push_back(static_cast<std::int64_t>(random.below(rows / 10 + 1)) * 7919);
    columns.objects.push_back(static_cast<std::int64_t>(random.below(rows / 5 + 1)) * 104'729);
    columns.times.push_back(kStart + static_cast<TimeS>(random.below(7 * 86'400)));
  }
  return columns;
}

void append(IngestJob& job, const Columns& columns) {
  const std::vector<std::string> names{"share"};
  const std::vector<std::uint16_t> kinds(kBatch, 0);
  for (std::size_t begin = 0; begin < columns.times.size(); begin += kBatch) {
    const auto rows = std::min(kBatch, columns.times.size() - begin);
    ActionBatch batch;
    batch.accounts.numbers = std::span(columns.accounts).subspan(begin, rows);
    batch.objects.numbers = std::span(columns.objects).subspan(begin, rows);
    batch.times = std::span(columns.times).subspan(begin, rows);
    batch.kinds = std::span(kinds).first(rows);
    batch.kind_names = names;
    if (!job.append(batch).empty()) std::abort();
  }
}

std::uint64_t hash_of(std::int64_t account, std::int64_t object, TimeS time) {
  SplitMix random(static_cast<std::uint64_t>(account) * 0x9e3779b97f4a7c15ULL ^
                  static_cast<std::uint64_t>(object) * 0xc2b2ae3d27d4eb4fULL ^
                  static_cast<std::uint64_t>(time));
  return random.next();
}

std::uint64_t sum_of(const Columns& columns) {
  std::uint64_t sum = 0;
  for (std::size_t row = 0; row < columns.times.size(); ++row) {
    sum += hash_of(columns.accounts[row], columns.objects[row], columns.times[row]);
  }
  return sum;
}

std::vector<std::int64_t> names_of(const Store& store, IdSpace space, std::uint64_t count) {
  std::vector<std::uint32_t> ids(count);
  for (std::uint32_t id = 0; id < count; ++id) ids[id] = id;
  std::vector<std::int64_t> numbers;
  for (const auto& name : store.names(space, ids)) numbers.push_back(std::stoll(name));
  return numbers;
}

std::uint64_t sum_of(const Store& store, const ActionLog& log) {
  const auto info = store.info();
  const auto accounts = names_of(store, IdSpace::kAccount, info.accounts);
  const auto objects = names_of(store, IdSpace::kObject, info.objects);
  std::uint64_t sum = 0;
  for (std::size_t run = 0; run < log.object_count(); ++run) {
    for (auto row = log.offsets()[run]; row < log.offsets()[run + 1]; ++row) {
      sum += hash_of(accounts[log.accounts()[row]], objects[log.objects()[run]], log.times()[row]);
    }
  }
  return sum;
}

/// 100 jobs of 100 rows; each is durable before the next begins.
void small_jobs(const std::filesystem::path& path, int trials) {
  std::filesystem::remove_all(path);
  auto store = Store::open(path, {.mode = StoreMode::kWrite});
  const auto columns = make_columns(100);
  int job = 0;
  report(
      {"store_small_job", 100, 100}, trials,
      [&] {
        auto running = store.begin_job("job" + std::to_string(job++), "bench");
        append(running, columns);
        static_cast<void>(running.commit(0, kStart));
      },
      [&] { return store.epoch() == static_cast<std::uint64_t>(trials); });
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t actions = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000'000;
  const std::filesystem::path folder = argc > 2 ? argv[2] : ".";
  const auto path = folder / "store_bench";
  std::filesystem::remove_all(path);
  const auto columns = make_columns(actions);
  auto store = Store::open(path, {.mode = StoreMode::kWrite});
  auto job = store.begin_job("bench", "bench");
  const auto always = [] { return true; };  // the scan verifies what both leave
  report(
      {"store_append", actions / 10, actions}, 1, [&] { append(job, columns); }, always);
  JobReceipt receipt;
  report(
      {"store_commit", actions / 10, actions}, 1, [&] { receipt = job.commit(0, kStart); },
      [&] { return receipt.accepted + receipt.duplicates == actions; });
  ScanResult found;
  report(
      {"store_scan", actions / 10, actions}, 3,
      [&] {
        found = {};
        found = store.scan("share", kStart, kStart + 7 * 86'400);
      },
      [&] { return found.log.size() == actions && sum_of(store, found.log) == sum_of(columns); });
  VerifyReport verified;
  report(
      {"store_verify", actions / 10, actions}, 1, [&] { verified = store.verify(); },
      [&] { return verified.problems.empty() && verified.rows == receipt.accepted; });
  std::printf("{\"case\":\"store_size\",\"actions\":%lu,\"bytes_per_action\":%.2f}\n",
              receipt.accepted,
              static_cast<double>(store.info().disk_bytes) / static_cast<double>(actions));
  small_jobs(folder / "store_bench_small", 100);
  std::filesystem::remove_all(path);
  std::filesystem::remove_all(folder / "store_bench_small");
  return 0;
}
