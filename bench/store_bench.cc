// How fast does the durable store take, keep and give back a log?
//   store_bench [actions, default 10000000] [folder, default .]
// One JSON line a case: ingest of columns of whole numbers and of text until they are durable, a
// scan of everything, verify, bytes, and jobs of 100 rows. Two logs: `zipf` is the one of the other
// benches with dense ids; `uniform`, the worst case, has actions / 5 objects and actions / 10
// accounts with ids far apart. What a scan gives back is held against the generated columns as a
// set, by the sum of a hash of each distinct row.

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "action_generator.h"
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

Columns uniform_columns(std::uint64_t rows) {
  SplitMix random(1);
  Columns columns;
  for (std::uint64_t row = 0; row < rows; ++row) {
    columns.accounts.push_back(static_cast<std::int64_t>(random.below(rows / 10 + 1)) * 7919);
    columns.objects.push_back(static_cast<std::int64_t>(random.below(rows / 5 + 1)) * 104'729);
    columns.times.push_back(kStart + static_cast<TimeS>(random.below(7 * 86'400)));
  }
  return columns;
}

Columns zipf_columns(std::uint64_t rows) {
  auto log = generate_log(rows, 1);
  return {{log.accounts.begin(), log.accounts.end()},
          {log.objects.begin(), log.objects.end()},
          std::move(log.times)};
}

/// The decimal digits of a number after a letter: text that is no number to the store.
struct TextColumn {
  std::vector<std::int64_t> offsets{0};
  std::string text;

  explicit TextColumn(std::span<const std::int64_t> numbers) {
    for (const auto number : numbers) {
      text += 'u';
      text += std::to_string(number);
      offsets.push_back(static_cast<std::int64_t>(text.size()));
    }
  }
  [[nodiscard]] IdColumn part(std::size_t begin, std::size_t rows) const {
    return {{}, std::span(offsets).subspan(begin, rows + 1), text};
  }
};

void append(IngestJob& job, std::span<const TimeS> times,
            const std::function<IdColumn(std::size_t, std::size_t)>& accounts,
            const std::function<IdColumn(std::size_t, std::size_t)>& objects) {
  const std::vector<std::string> names{"share"};
  const std::vector<std::uint16_t> kinds(kBatch, 0);
  for (std::size_t begin = 0; begin < times.size(); begin += kBatch) {
    const auto rows = std::min(kBatch, times.size() - begin);
    ActionBatch batch;
    batch.accounts = accounts(begin, rows);
    batch.objects = objects(begin, rows);
    batch.times = times.subspan(begin, rows);
    batch.kinds = std::span(kinds).first(rows);
    batch.kind_names = names;
    if (!job.append(batch).empty()) std::abort();
  }
}

void append(IngestJob& job, const Columns& columns) {
  const auto part_of = [](const std::vector<std::int64_t>& ids) {
    return [&ids](std::size_t begin, std::size_t rows) {
      return IdColumn{std::span(ids).subspan(begin, rows), {}, {}};
    };
  };
  append(job, columns.times, part_of(columns.accounts), part_of(columns.objects));
}

std::uint64_t hash_of(std::int64_t account, std::int64_t object, TimeS time) {
  SplitMix random(static_cast<std::uint64_t>(account) * 0x9e3779b97f4a7c15ULL ^
                  static_cast<std::uint64_t>(object) * 0xc2b2ae3d27d4eb4fULL ^
                  static_cast<std::uint64_t>(time));
  return random.next();
}

/// Sum of the hashes of distinct rows.
std::uint64_t sum_of(const Columns& columns) {
  std::vector<std::array<std::int64_t, 3>> rows(columns.times.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = {columns.accounts[i], columns.objects[i], columns.times[i]};
  }
  parallel_sort(rows.begin(), rows.end(), std::less<>());
  const auto end = std::unique(rows.begin(), rows.end());
  return std::accumulate(rows.begin(), end, std::uint64_t{0}, [](auto sum, const auto& row) {
    return sum + hash_of(row[0], row[1], row[2]);
  });
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
  const auto columns = uniform_columns(100);
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

void report_bytes(const std::string& name, const Store& store) {
  const auto info = store.info();
  const auto per_action = [&](std::uint64_t bytes) {
    return static_cast<double>(bytes) / static_cast<double>(info.actions);
  };
  std::printf("{\"case\":\"store_bytes_%s\",\"actions\":%lu,\"all\":%.2f", name.c_str(),
              info.actions, per_action(info.disk_bytes));
  for (const auto& [family, bytes] : info.families) {
    std::printf(",\"%s\":%.2f", family.c_str(), per_action(bytes));
  }
  std::printf("}\n");
  std::fflush(stdout);
}

/// Columns of whole numbers until they are durable, as scanned, verified, and their bytes.
void numbers(const std::string& name, const std::filesystem::path& path, const Columns& columns) {
  const auto actions = columns.times.size();
  std::filesystem::remove_all(path);
  auto store = Store::open(path, {.mode = StoreMode::kWrite});
  JobReceipt receipt;
  const auto ingest = "store_ingest_numbers_" + name;
  report(
      {ingest.c_str(), actions / 10, actions}, 1,
      [&] {
        auto job = store.begin_job("bench", "bench");
        append(job, columns);
        receipt = job.commit(0, kStart);
      },
      [&] { return receipt.accepted + receipt.duplicates == actions; });
  ScanResult found;
  const auto scan = "store_scan_" + name;
  report(
      {scan.c_str(), actions / 10, receipt.accepted}, 9,
      [&] {
        found = {};
        found = store.scan("share", kStart, kStart + 8 * 86'400);
      },
      [&] {
        return found.log.size() == receipt.accepted && sum_of(store, found.log) == sum_of(columns);
      });
  VerifyReport verified;
  const auto verify = "store_verify_" + name;
  report(
      {verify.c_str(), actions / 10, receipt.accepted}, 1, [&] { verified = store.verify(); },
      [&] { return verified.problems.empty() && verified.rows == receipt.accepted; });
  report_bytes(name, store);
  std::filesystem::remove_all(path);
}

void texts(const std::filesystem::path& path, const Columns& columns) {
  const auto actions = columns.times.size();
  const TextColumn accounts(columns.accounts);
  const TextColumn objects(columns.objects);
  std::filesystem::remove_all(path);
  auto store = Store::open(path, {.mode = StoreMode::kWrite});
  JobReceipt receipt;
  const auto part_of = [](const TextColumn& column) {
    return [&column](std::size_t begin, std::size_t rows) { return column.part(begin, rows); };
  };
  report(
      {"store_ingest_text_zipf", actions / 10, actions}, 1,
      [&] {
        auto job = store.begin_job("bench", "bench");
        append(job, columns.times, part_of(accounts), part_of(objects));
        receipt = job.commit(0, kStart);
      },
      [&] {
        return receipt.accepted + receipt.duplicates == actions && store.verify().problems.empty();
      });
  report_bytes("text_zipf", store);
  std::filesystem::remove_all(path);
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t actions = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000'000;
  const std::filesystem::path folder = argc > 2 ? argv[2] : ".";
  const auto path = folder / "store_bench";
  {
    const auto columns = zipf_columns(actions);
    numbers("zipf", path, columns);
    texts(path, columns);
  }
  numbers("uniform", path, uniform_columns(actions));
  small_jobs(path, 100);
  std::filesystem::remove_all(path);
  return 0;
}
