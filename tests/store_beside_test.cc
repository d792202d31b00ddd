// A store with several processes and threads at it at once.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <thread>

#include "lockstep/error.h"
#include "lockstep/store.h"
#include "support/store_fixture.h"

namespace lockstep {
namespace {

constexpr std::uint64_t kRows = 200;
constexpr TimeS kStart = 1'600'000'000;

/// Every job has accounts and objects of its own, so that ids grow with each.
std::vector<Action> rows_of_job(std::uint64_t job) {
  std::vector<Action> rows;
  for (std::uint64_t i = 0; i < kRows; ++i) {
    rows.push_back({"retweet", "a" + std::to_string(job * kRows + i),
                    "o" + std::to_string(job * kRows + i), kStart + static_cast<TimeS>(i)});
  }
  return rows;
}

std::uint64_t rows_seen(const Store& store) {
  return store.scan("retweet", kStart, kStart + 86'400).log.size();
}

/// Calls `look` again and again in a thread until the object goes; keeps the first failure.
class Watcher {
 public:
  explicit Watcher(std::function<void()> look)
      : thread_([this, look = std::move(look)] {
          while (!stop_) {
            try {
              look();
              ++looks_;
            } catch (const std::exception& error) {
              if (failure_.empty()) failure_ = error.what();
              return;
            }
          }
        }) {}
  ~Watcher() {
    stop_ = true;
    thread_.join();
    EXPECT_EQ(failure_, "");
    EXPECT_GT(looks_, 5);
  }

 private:
  std::atomic<bool> stop_{false};
  std::string failure_;
  int looks_ = 0;
  std::thread thread_;
};

void expect(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

TEST(StoreBeside, ReadersNeverSeeHalfAJobNorFalseDamage) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  auto writer = open_writer(path);
  ingest(writer, "0", rows_of_job(0));
  auto follower = Store::open(path);
  const Watcher opening([&] {
    const auto reader = Store::open(path);
    expect(rows_seen(reader) == reader.epoch() * kRows, "a fresh reader sees half a job");
  });
  const Watcher refreshing([&] {
    follower.refresh();
    expect(rows_seen(follower) == follower.epoch() * kRows, "a reader sees half a job");
  });
  const Watcher own([&] {
    const auto before = writer.epoch();
    const auto rows = rows_seen(writer);
    const auto after = writer.epoch();
    expect(rows % kRows == 0 && rows >= before * kRows && rows <= after * kRows,
           "the writer sees half a job");
    const auto report = writer.verify();
    expect(report.problems.empty(), report.problems.empty() ? "" : report.problems[0].c_str());
  });
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  for (std::uint64_t job = 1; std::chrono::steady_clock::now() < end; ++job) {
    ingest(writer, std::to_string(job), rows_of_job(job));
  }
}

/// Opens as soon as the lock is free, and stores one job.
[[noreturn]] void store_one_job(const std::filesystem::path& path, std::uint64_t job) {
  while (true) {
    try {
      auto store = open_writer(path);
      ingest(store, std::to_string(job), rows_of_job(job));
      ::_exit(0);
    } catch (const StoreLocked&) {
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      ::_exit(1);
    }
  }
}

TEST(StoreBeside, WritersThatMakeTheStoreTogetherLoseNothing) {
  const TemporaryFolder folder;
  for (int round = 0; round < 6; ++round) {
    SCOPED_TRACE(round);
    const auto path = folder / ("store" + std::to_string(round));
    std::vector<pid_t> children;
    for (std::uint64_t job = 0; job < 4; ++job) {
      children.push_back(::fork());
      if (children.back() == 0) store_one_job(path, job);
    }
    for (const auto child : children) {
      int status = 0;
      ::waitpid(child, &status, 0);
      EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    EXPECT_EQ(rows_seen(Store::open(path)), 4 * kRows);
  }
}

}  // namespace
}  // namespace lockstep
