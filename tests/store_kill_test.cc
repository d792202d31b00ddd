#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <random>
#include <thread>

#include "lockstep/store.h"
#include "support/store_fixture.h"

namespace lockstep {
namespace {

constexpr TimeS kStart = 1'600'000'000;
constexpr const char* kStorePath = "LOCKSTEP_KILL_TEST_STORE";
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

/// The child: commits job after job and says so on standard output, until it is killed.
[[noreturn]] void ingest_for_ever(const char* path) {
  auto store = open_writer(path);
  for (std::uint64_t job = store.epoch();; ++job) {
    ingest(store, "job-" + std::to_string(job), rows_of_job(job));
    const auto line = std::to_string(job) + "\n";
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) ::_exit(3);
  }
}

/// Runs the child on `path`, kills it after `delay`; returns how many jobs are acknowledged.
std::uint64_t run_and_kill(const std::filesystem::path& path, std::chrono::milliseconds delay,
                           std::uint64_t acknowledged) {
  int pipe_ends[2];
  EXPECT_EQ(::pipe2(pipe_ends, O_CLOEXEC), 0);
  const auto child = ::fork();
  if (child == 0) {
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    ::setenv(kStorePath, path.c_str(), 1);
    ::execl("/proc/self/exe", "store_kill_test", nullptr);
    ::_exit(127);
  }
  ::close(pipe_ends[1]);
  std::this_thread::sleep_for(delay);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  std::FILE* acks = ::fdopen(pipe_ends[0], "r");
  unsigned long job = 0;
  while (std::fscanf(acks, "%lu", &job) == 1) acknowledged = job + 1;
  std::fclose(acks);
  return acknowledged;
}

TEST(StoreKill, LosesNothingAcknowledgedAndTearsNothing) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  std::mt19937 random(42);
  std::uint64_t acknowledged = 0;
  for (int kill = 0; kill < 20; ++kill) {
    SCOPED_TRACE(kill);
    const std::chrono::milliseconds delay(15 + random() % 300);
    acknowledged = run_and_kill(path, delay, acknowledged);
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
  EXPECT_GT(acknowledged, 5U);
  const auto report = open_writer(path).verify();
  EXPECT_TRUE(report.problems.empty()) << report.problems.front();
}

}  // namespace
}  // namespace lockstep

int main(int argc, char** argv) {
  if (const char* path = std::getenv(lockstep::kStorePath)) lockstep::ingest_for_ever(path);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
