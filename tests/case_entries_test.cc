#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include "lockstep/case_store.h"
#include "lockstep/error.h"
#include "support/killed_child.h"
#include "support/store_fixture.h"

namespace lockstep {
namespace {

using namespace std::chrono_literals;

constexpr const char* kStorePath = "LOCKSTEP_CASE_TEST_STORE";

void make_store(const std::filesystem::path& path) { (void)open_writer(path); }

CaseEntry opening(const std::string& cluster) {
  CaseEntry entry{.time_s = 100, .actor = "anna", .kind = "opened"};
  entry.run_id = "2026-11-23-9f3c2a10";
  entry.cluster_id = cluster;
  entry.members = {"a", "b", "c"};
  return entry;
}

CaseEntry comment(std::uint64_t case_id, const std::string& note) {
  return {.case_id = case_id, .time_s = -7, .actor = "boris", .kind = "comment", .note = note};
}

TEST(CaseEntries, ComeBackAsTheyWentInByCaseAndVersion) {
  const TemporaryFolder folder;
  make_store(folder / "store");
  {
    auto cases = CaseStore::open(folder / "store", StoreMode::kWrite);
    const auto first = cases.append_case_entry(opening("C-0001"), 0);
    EXPECT_EQ(first.case_id, 1U);
    EXPECT_EQ(first.version, 1U);
    EXPECT_EQ(cases.append_case_entry(opening("C-0002"), 0).case_id, 2U);
    auto decided = comment(1, "seen");
    decided.value = "needs-data";
    decided.refers_to = 1;
    EXPECT_EQ(cases.append_case_entry(decided, 1).version, 2U);
  }
  const auto cases = CaseStore::open(folder / "store");
  const auto entries = cases.case_entries();
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].members, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(entries[0].run_id, "2026-11-23-9f3c2a10");
  EXPECT_EQ(entries[1].case_id, 1U);
  EXPECT_EQ(entries[1].version, 2U);
  EXPECT_EQ(entries[1].value, "needs-data");
  EXPECT_EQ(entries[1].refers_to, 1U);
  EXPECT_EQ(entries[1].time_s, -7);
  EXPECT_EQ(entries[2].cluster_id, "C-0002");
  const auto audit = cases.audit();
  ASSERT_EQ(audit.size(), 3U);
  EXPECT_EQ(audit[2].actor, "boris");
  EXPECT_TRUE(audit[2].detail.starts_with("case 1 version 2 comment, content ")) << audit[2].detail;
  EXPECT_TRUE(cases.verify_audit().empty());
}

TEST(CaseEntries, ASecondWriterGetsAConflictAndNothingIsWritten) {
  const TemporaryFolder folder;
  make_store(folder / "store");
  auto cases = CaseStore::open(folder / "store", StoreMode::kWrite);
  cases.append_case_entry(opening("C-0001"), 0);
  cases.append_case_entry(comment(1, "the first to write"), 1);
  EXPECT_THROW(cases.append_case_entry(comment(1, "too late"), 1), CaseConflict);
  EXPECT_THROW(cases.append_case_entry(comment(1, "too early"), 3), CaseConflict);
  EXPECT_THROW(cases.append_case_entry(opening("C-0001"), 0), CaseConflict);
  EXPECT_THROW(cases.append_case_entry(comment(2, "of no case"), 0), InvalidArgument);
  EXPECT_THROW(cases.append_case_entry(CaseEntry{}, 0), InvalidArgument);
  auto nobody = comment(1, "by nobody");
  nobody.actor.clear();
  EXPECT_THROW(cases.append_case_entry(nobody, 2), InvalidArgument);
  auto moved = comment(1, "of other accounts");
  moved.members = {"x"};
  EXPECT_THROW(cases.append_case_entry(moved, 2), InvalidArgument);
  EXPECT_EQ(cases.case_entries().size(), 2U);
  EXPECT_EQ(cases.audit().size(), 2U);
}

TEST(CaseEntries, MatchAModelOverRandomWritesAndReopenings) {
  const TemporaryFolder folder;
  make_store(folder / "store");
  std::mt19937 random(11);
  std::map<std::uint64_t, std::vector<std::string>> model;
  for (int round = 0; round < 12; ++round) {
    SCOPED_TRACE(round);
    auto cases = CaseStore::open(folder / "store", StoreMode::kWrite);
    for (int step = 0; step < 20; ++step) {
      const auto note = std::to_string(random());
      if (model.empty() || random() % 4 == 0) {
        const auto id = cases.append_case_entry(opening("C-" + note), 0).case_id;
        ASSERT_EQ(id, model.size() + 1);
        model[id] = {""};
        continue;
      }
      const auto id = 1 + random() % model.size();
      const auto guess = random() % (model[id].size() + 2);
      if (guess == model[id].size()) {
        cases.append_case_entry(comment(id, note), guess);
        model[id].push_back(note);
      } else {
        EXPECT_THROW(cases.append_case_entry(comment(id, note), guess), CaseConflict);
      }
    }
  }
  const auto cases = CaseStore::open(folder / "store");
  std::map<std::uint64_t, std::vector<std::string>> found;
  for (const auto& entry : cases.case_entries()) {
    found[entry.case_id].push_back(entry.note);
    EXPECT_EQ(entry.version, found[entry.case_id].size());
  }
  EXPECT_EQ(found, model);
  EXPECT_TRUE(cases.verify_audit().empty());
}

TEST(CaseEntries, AWriterWaitsForAnotherAsLongAsItIsAsked) {
  const TemporaryFolder folder;
  make_store(folder / "store");
  auto held = std::make_unique<CaseStore>(CaseStore::open(folder / "store", StoreMode::kWrite));
  EXPECT_THROW((void)CaseStore::open(folder / "store", StoreMode::kWrite, 50ms), StoreLocked);
  std::thread other([&] {
    std::this_thread::sleep_for(100ms);
    held.reset();
  });
  EXPECT_NO_THROW((void)CaseStore::open(folder / "store", StoreMode::kWrite, 20s));
  other.join();
}

/// The child: short decisions on case 1, each acknowledged on standard output, until it is killed.
[[noreturn]] void decide_for_ever(const char* path) {
  while (true) {
    try {
      auto cases = CaseStore::open(path, StoreMode::kWrite, 20s);
      const auto entries = cases.case_entries();
      const auto version = entries.size();
      if (version == 0) {
        cases.append_case_entry(opening("C-0001"), 0);
      } else {
        cases.append_case_entry(comment(1, std::to_string(::getpid())), version);
      }
      const auto line = std::to_string(version + 1) + "\n";
      if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) ::_exit(3);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
      ::_exit(4);
    }
    std::this_thread::sleep_for(5ms);  // as people do: else the lock is hardly ever free
  }
}

std::uint64_t last_acknowledged(std::FILE* acks) {
  unsigned long version = 0;
  unsigned long last = 0;
  while (std::fscanf(acks, "%lu", &version) == 1) last = version;
  std::fclose(acks);
  return last;
}

TEST(CaseEntries, TwoWritersKilledAtAnyMomentLoseNothingAcknowledged) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  make_store(path);
  std::mt19937 random(3);
  std::uint64_t acknowledged = 0;
  for (int kill = 0; kill < 10; ++kill) {
    SCOPED_TRACE(kill);
    const std::pair<pid_t, std::FILE*> writers[] = {start_child(kStorePath, path),
                                                    start_child(kStorePath, path)};
    const auto end =
        std::chrono::steady_clock::now() + 150ms + std::chrono::milliseconds(random() % 150);
    while (std::chrono::steady_clock::now() < end) {  // beside the writers
      const auto seen = CaseStore::open(path);
      const auto problems = seen.verify_audit();
      EXPECT_TRUE(problems.empty()) << problems.size() << ": " << problems.front();
      std::this_thread::sleep_for(20ms);
    }
    for (const auto& [child, acks] : writers) {
      ::kill(child, SIGKILL);
      int status = 0;
      ::waitpid(child, &status, 0);
      EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself, with " << WEXITSTATUS(status);
      acknowledged = std::max(acknowledged, last_acknowledged(acks));
    }
    const auto cases = CaseStore::open(path, StoreMode::kWrite);
    const auto entries = cases.case_entries();
    ASSERT_GE(entries.size(), acknowledged);
    for (std::size_t i = 0; i < entries.size(); ++i) ASSERT_EQ(entries[i].version, i + 1);
    ASSERT_EQ(cases.audit().size(), entries.size());
    const auto problems = cases.verify_audit();
    ASSERT_TRUE(problems.empty()) << problems.front();
  }
  EXPECT_GE(acknowledged, 10U);
}

/// Changes bytes in the write-ahead log, wherever they stand; whether there were any.
bool change_log(const std::filesystem::path& cases, const std::string& from,
                const std::string& to) {
  for (const auto& entry : std::filesystem::directory_iterator(cases)) {
    if (entry.path().extension() != ".log") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    const auto at = bytes.find(from);
    if (at == std::string::npos) continue;
    file.clear();
    file.seekp(static_cast<std::streamoff>(at));
    file << to;
    return true;
  }
  return false;
}

TEST(CaseEntries, AChangedNoteIsNoticed) {
  const TemporaryFolder folder;
  make_store(folder / "store");
  {
    auto cases = CaseStore::open(folder / "store", StoreMode::kWrite);
    cases.append_case_entry(opening("C-0001"), 0);
    cases.append_case_entry(comment(1, "an honest note"), 1);
    cases.append_case_entry(comment(1, "and another"), 2);
  }
  ASSERT_TRUE(change_log(folder / "store" / "cases", "an honest note", "a wicked note!"));
  try {
    EXPECT_FALSE(CaseStore::open(folder / "store", StoreMode::kWrite).verify_audit().empty());
  } catch (const CorruptData&) {
  }
}

}  // namespace
}  // namespace lockstep

int main(int argc, char** argv) {
  if (const char* path = std::getenv(lockstep::kStorePath)) lockstep::decide_for_ever(path);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
