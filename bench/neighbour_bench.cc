// How long does a reader wait for the neighbours of one account, alone and beside an ingest?
//   neighbour_bench [actions, default 4000000] [folder, default .]
// One JSON line a case, with the median and the 99th percentile over random accounts in
// microseconds; the reader is a process of its own. The log is retweets: actions / 10 accounts,
// targets by Zipf. Each answer's actions are held against the generated columns.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "action_generator.h"
#include "harness.h"
#include "lockstep/random.h"
#include "lockstep/store.h"

namespace {

using namespace lockstep;

constexpr std::size_t kBatch = 1 << 20;
constexpr int kLookups = 20'000;

struct Columns {
  std::vector<std::int64_t> accounts;
  std::vector<std::int64_t> objects;
  std::vector<std::int64_t> targets;
  std::vector<TimeS> times;
};

Columns make_columns(std::uint64_t rows, std::uint64_t seed) {
  SplitMix random(seed);
  const auto accounts = static_cast<std::uint32_t>(rows / 10 + 1);
  const Zipf popularity(0.8, accounts);
  Columns columns;
  for (std::uint64_t row = 0; row < rows; ++row) {
    columns.accounts.push_back(static_cast<std::int64_t>(random.below(accounts)));
    columns.objects.push_back(static_cast<std::int64_t>(random.below(rows / 5 + 1)));
    columns.targets.push_back(popularity(random));
    columns.times.push_back(1'600'000'000 + static_cast<TimeS>(random.below(7 * 86'400)));
  }
  return columns;
}

JobReceipt ingest(Store& store, const std::string& name, const std::string& kind,
                  const Columns& columns) {
  auto job = store.begin_job(name, "bench");
  const std::vector<std::string> names{kind};
  const std::vector<std::uint16_t> kinds(kBatch, 0);
  const std::vector<std::uint8_t> all(kBatch, 1);
  for (std::size_t begin = 0; begin < columns.times.size(); begin += kBatch) {
    const auto rows = std::min(kBatch, columns.times.size() - begin);
    ActionBatch batch;
    batch.accounts.numbers = std::span(columns.accounts).subspan(begin, rows);
    batch.objects.numbers = std::span(columns.objects).subspan(begin, rows);
    batch.targets.numbers = std::span(columns.targets).subspan(begin, rows);
    batch.has_target = std::span(all).first(rows);
    batch.times = std::span(columns.times).subspan(begin, rows);
    batch.kinds = std::span(kinds).first(rows);
    batch.kind_names = names;
    if (!job.append(batch).empty()) std::abort();
  }
  return job.commit(0, 1'700'000'000);
}

/// Actions of each account, or upon it, by external id.
std::vector<std::uint64_t> count_by(const std::vector<std::int64_t>& ids, std::size_t accounts) {
  std::vector<std::uint64_t> counts(accounts, 0);
  for (const auto id : ids) ++counts[static_cast<std::size_t>(id)];
  return counts;
}

/// Bytes of one family, or of all files.
double bytes_of(const Store& store, const std::string& family) {
  const auto info = store.info();
  for (const auto& size : info.families) {
    if (size.family == family) return static_cast<double>(size.bytes);
  }
  return static_cast<double>(info.disk_bytes);
}

/// Distinct pairs of account and target.
double edges_of(const Columns& columns) {
  std::vector<std::int64_t> pairs;
  for (std::size_t row = 0; row < columns.accounts.size(); ++row) {
    pairs.push_back(columns.accounts[row] << 32 | columns.targets[row]);
  }
  parallel_sort(pairs.begin(), pairs.end(), std::less<>());
  return static_cast<double>(std::unique(pairs.begin(), pairs.end()) - pairs.begin());
}

/// Looks up random accounts and prints the case's line; ends with 1 where an answer is wrong.
int read_and_report(const char* name, const std::filesystem::path& path, std::uint64_t actions) {
  const auto columns = make_columns(actions, 1);
  const auto accounts = actions / 10 + 1;
  const std::vector<std::uint64_t> counts[] = {count_by(columns.accounts, accounts),
                                               count_by(columns.targets, accounts)};
  const auto store = Store::open(path);
  SplitMix random(7);
  std::vector<double> waits;
  for (int i = 0; i < kLookups; ++i) {
    const auto external = random.below(accounts);
    const auto id = store.find_id(IdSpace::kAccount, std::to_string(external));
    const bool out = i % 2 == 0;
    const auto start = std::chrono::steady_clock::now();
    const auto found =
        store.neighbours("retweet", id.value_or(0), out ? Direction::kOut : Direction::kIn);
    waits.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
            .count());
    std::uint64_t sum = 0;
    for (const auto& neighbour : found) sum += neighbour.actions;
    if (id && sum != counts[out ? 0 : 1][external]) {
      std::fprintf(stderr, "%s: account %lu has %lu actions, not %lu\n", name, external, sum,
                   counts[out ? 0 : 1][external]);
      return 1;
    }
  }
  std::sort(waits.begin(), waits.end());
  std::printf(
      "{\"case\":\"%s\",\"n\":%lu,\"m\":%lu,\"lookups\":%d,\"median_us\":%.1f,"
      "\"p99_us\":%.1f,\"worst_us\":%.0f,\"verified\":true}\n",
      name, accounts, actions, kLookups, waits[waits.size() / 2], waits[waits.size() * 99 / 100],
      waits.back());
  return 0;
}

int start_reader(const char* program, const char* name, const std::string& path,
                 std::uint64_t actions) {
  const int child = ::fork();
  if (child != 0) return child;
  const auto number = std::to_string(actions);
  ::execl(program, program, "--reader", name, path.c_str(), number.c_str(), nullptr);
  std::_Exit(127);
}

bool ended_well(int child, int options, bool& running) {
  int status = 0;
  running = ::waitpid(child, &status, options) == 0;
  return running || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 5 && std::strcmp(argv[1], "--reader") == 0) {
    return read_and_report(argv[2], argv[3], std::strtoull(argv[4], nullptr, 10));
  }
  const std::uint64_t actions = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 4'000'000;
  const auto path = std::filesystem::path(argc > 2 ? argv[2] : ".") / "neighbour_bench";
  std::filesystem::remove_all(path);
  const auto columns = make_columns(actions, 1);
  bool running = false;
  {
    auto store = Store::open(path, {.mode = StoreMode::kWrite});
    JobReceipt receipt;
    report(
        {"store_ingest_edges", actions / 10, actions}, 1,
        [&] { receipt = ingest(store, "first", "retweet", columns); },
        [&] { return receipt.accepted + receipt.duplicates == actions; });
    std::printf(
        "{\"case\":\"store_edge_size\",\"actions\":%lu,\"bytes_per_action\":%.2f,"
        "\"bytes_per_edge_out\":%.2f,\"bytes_per_edge_in\":%.2f}\n",
        receipt.accepted, bytes_of(store, "") / static_cast<double>(actions),
        bytes_of(store, "edges_out") / edges_of(columns),
        bytes_of(store, "edges_in") / edges_of(columns));
    std::fflush(stdout);
  }
  if (!ended_well(start_reader(argv[0], "neighbours_quiet", path, actions), 0, running)) return 1;
  auto store = Store::open(path, {.mode = StoreMode::kWrite});
  const auto more = make_columns(actions / 4, 2);
  const int child = start_reader(argv[0], "neighbours_beside_ingest", path, actions);
  int jobs = 0;
  do {
    ingest(store, "more" + std::to_string(jobs++), "reply", more);
    if (!ended_well(child, WNOHANG, running)) return 1;
  } while (running);
  std::filesystem::remove_all(path);
  return 0;
}
