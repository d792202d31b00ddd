#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <random>
#include <thread>

#include "lockstep/error.h"
#include "lockstep/store.h"
#include "support/killed_child.h"
#include "support/store_fixture.h"

namespace lockstep {
namespace {

constexpr TimeS kStart = 1'600'000'000;
constexpr const char* kStorePath = "LOCKSTEP_KILL_TEST_STORE";
constexpr const char* kFullDisk = "LOCKSTEP_FULL_DISK_TEST_STORE";
constexpr std::size_t kRows = 400;

std::vector<Action> rows_of_job(std::uint64_t job) {
  std::mt19937 random(static_cast<unsigned>(job));
  std::vector<Action> rows;
  for (std::size_t i = 0; i < kRows; ++i) {
    rows.push_back({"retweet", "a" + std::to_string(random() % 5000),
                    std::to_string(job) + "-" + std::to_string(i),
                    kStart + static_cast<TimeS>(random() % (3 * 86'400))});
  }
  return rows;
}

/// Commits a job, and then says so on standard output.
void store_next_job(Store& store) {
  const auto job = store.epoch();
  ingest(store, "job-" + std::to_string(job), rows_of_job(job));
  const auto line = std::to_string(job) + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) ::_exit(3);
}

/// The child: commits job after job until it is killed.
[[noreturn]] void ingest_for_ever(const char* path) {
  auto store = open_writer(path);
  while (true) store_next_job(store);
}

/// Fills the disk to the last byte, empties it, and so on.
void fill_and_empty(const std::filesystem::path& file, const std::atomic<bool>& stop) {
  std::mt19937 random(7);
  const std::string much(1 << 16, 'x');
  while (!stop) {
    const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    while (::write(out, much.data(), much.size()) > 0) continue;
    std::this_thread::sleep_for(std::chrono::milliseconds(5 + random() % 10));
    ::close(out);
    ::unlink(file.c_str());
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 30));
  }
}

/// The child on a small disk that another thread fills to the last byte and empties again, which
/// no look at the free space beforehand can foresee. Says on standard output what it stored.
[[noreturn]] void ingest_on_a_full_disk(const std::filesystem::path& path) {
  std::atomic<bool> stop{false};
  {
    // An exception of ours must not pass for an abort of RocksDB's.
    std::set_terminate([] { ::_exit(9); });
    auto store = Store::open(path, {.mode = StoreMode::kWrite, .reserve_bytes = 0});
    for (int job = 0; job < 3; ++job) store_next_job(store);  // something to lose
  }
  std::thread filler([&] { fill_and_empty(path.parent_path() / "filler", stop); });
  int failures = 0;
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(700);
  while (std::chrono::steady_clock::now() < end) {
    try {
      auto store = Store::open(path, {.mode = StoreMode::kWrite, .reserve_bytes = 0});
      while (std::chrono::steady_clock::now() < end) {
        store_next_job(store);
      }
    } catch (const StorageError&) {
      ++failures;
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      ::_exit(4);
    }
  }
  stop = true;
  filler.join();
  ::_exit(failures > 0 ? 0 : 5);
}

std::uint64_t read_acks(std::FILE* acks, std::uint64_t acknowledged) {
  unsigned long job = 0;
  while (std::fscanf(acks, "%lu", &job) == 1) acknowledged = job + 1;
  std::fclose(acks);
  return acknowledged;
}

/// Runs the child on `path` and kills it `delay` after its start, which may be as it opens the
/// store, or after its first job; returns how many jobs are acknowledged.
std::uint64_t run_and_kill(const std::filesystem::path& path, std::chrono::milliseconds delay,
                           bool after_first_job, std::uint64_t acknowledged) {
  const auto [child, acks] = start_child(kStorePath, path);
  unsigned long job = 0;
  if (after_first_job && std::fscanf(acks, "%lu", &job) == 1) acknowledged = job + 1;
  std::this_thread::sleep_for(delay);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  return read_acks(acks, acknowledged);
}

TEST(StoreKill, LosesNothingAcknowledgedAndTearsNothing) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  std::mt19937 random(42);
  std::uint64_t acknowledged = 0;
  for (int kill = 0; kill < 20; ++kill) {
    SCOPED_TRACE(kill);
    const std::chrono::milliseconds delay(random() % 200);
    acknowledged = run_and_kill(path, delay, kill % 2 == 1, acknowledged);
    if (!std::filesystem::exists(path / "FORMAT")) continue;  // killed before there was a store
    const auto store = open_writer(path);
    const auto jobs = store.jobs();
    ASSERT_GE(jobs.size(), acknowledged);
    ASSERT_LE(jobs.size(), acknowledged + 1);
    acknowledged = jobs.size();
    for (std::uint64_t job = 0; job < jobs.size(); ++job) {
      ASSERT_EQ(jobs[job].content_hash, "job-" + std::to_string(job));
      ASSERT_EQ(jobs[job].accepted, kRows);
    }
    ASSERT_EQ(store.scan("retweet", kStart, kStart + 4 * 86'400).log.size(), jobs.size() * kRows);
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      EXPECT_FALSE(entry.path().filename().string().starts_with("tmp.")) << entry.path();
    }
  }
  EXPECT_GE(acknowledged, 10U);  // one at least in every second run, however slow the machine
  const auto report = open_writer(path).verify();
  EXPECT_TRUE(report.problems.empty()) << report.problems.front();
}

TEST(StoreKill, AFullDiskLosesNothingAcknowledged) {
  const TemporaryFolder folder;
  const auto disk = folder / "disk";
  std::filesystem::create_directory(disk);
  if (::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=16m") != 0) {
    GTEST_SKIP() << "this machine lets nobody mount a small disk";
  }
  {
    std::uint64_t acknowledged = 0;
    int failures = 0;
    for (int round = 0; round < 6; ++round) {
      const auto [child, output] = start_child(kFullDisk, disk / "store");
      acknowledged = read_acks(output, acknowledged);
      int status = 0;
      ::waitpid(child, &status, 0);
      // Debian's RocksDB may abort on a full disk; that is why writers are processes of their own.
      const bool aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
      const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
      EXPECT_TRUE(aborted || code == 0 || code == 5) << code;
      failures += aborted || code == 0 ? 1 : 0;
      std::filesystem::remove(disk / "filler");
    }
    EXPECT_GT(failures, 0);
    const auto store = open_writer(disk / "store");
    EXPECT_GE(acknowledged, 18U);  // three a round, before the disk was full
    EXPECT_GE(store.epoch(), acknowledged);
    for (const auto& job : store.jobs()) {
      EXPECT_EQ(job.content_hash, "job-" + std::to_string(job.epoch - 1));
      EXPECT_EQ(job.accepted, kRows);
    }
    const auto report = store.verify();
    EXPECT_TRUE(report.problems.empty()) << report.problems.front();
  }
  EXPECT_EQ(::umount2(disk.c_str(), MNT_DETACH), 0);
}

}  // namespace
}  // namespace lockstep

int main(int argc, char** argv) {
  if (const char* path = std::getenv(lockstep::kStorePath)) lockstep::ingest_for_ever(path);
  if (const char* path = std::getenv(lockstep::kFullDisk)) lockstep::ingest_on_a_full_disk(path);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
