#include "lockstep/case_store.h"

#include <gtest/gtest.h>

#include <fstream>

#include "lockstep/error.h"
#include "support/store_fixture.h"

namespace lockstep {
namespace {

void make_store(const std::filesystem::path& path) { (void)open_writer(path); }

std::vector<Label> two_labels() {
  return {{"a", "referral", "partner", 0.8, 100}, {"b", "suspended", "team", 1.0, -5}};
}

TEST(CaseStore, KeepsLabelsInOrderOnceForEachContent) {
  const TemporaryFolder folder;
  make_store(folder / "store");
  {
    auto cases = CaseStore::open(folder / "store", StoreMode::kWrite);
    EXPECT_TRUE(cases.append_labels(two_labels(), "hash 1", "tester", 1000));
    EXPECT_FALSE(cases.append_labels(two_labels(), "hash 1", "tester", 1001));
    EXPECT_TRUE(
        cases.append_labels({{"c", "referral", "other", 0.1, 7}}, "hash 2", "tester", 1002));
  }
  const auto cases = CaseStore::open(folder / "store");
  const auto labels = cases.labels();
  ASSERT_EQ(labels.size(), 3U);
  EXPECT_EQ(labels[0].account, "a");
  EXPECT_EQ(labels[0].confidence, 0.8);
  EXPECT_EQ(labels[1].label, "suspended");
  EXPECT_EQ(labels[1].time_s, -5);
  EXPECT_EQ(labels[2].source, "other");
  const auto audit = cases.audit();
  ASSERT_EQ(audit.size(), 2U);
  EXPECT_EQ(audit[0].actor, "tester");
  EXPECT_EQ(audit[1].time_s, 1002);
  EXPECT_NE(audit[0].hash, audit[1].hash);
  EXPECT_TRUE(cases.verify_audit().empty());
}

TEST(CaseStore, AnEntryMayHaveAWaveAndAReason) {
  const TemporaryFolder folder;
  make_store(folder / "store");
  auto cases = CaseStore::open(folder / "store", StoreMode::kWrite);
  EXPECT_TRUE(cases.append_labels({{"a", "suspended", "team", 1.0, 5, "first wave", ""},
                                   {"b", "suspended", "team", 1.0, 6, "", "said so"},
                                   {"c", "reinstated", "team", 1.0, 7}},
                                  "h", "t", 1));
  const auto labels = cases.labels();
  ASSERT_EQ(labels.size(), 3U);
  EXPECT_EQ(labels[0].wave, "first wave");
  EXPECT_EQ(labels[0].reason, "");
  EXPECT_EQ(labels[1].wave, "");
  EXPECT_EQ(labels[1].reason, "said so");
  EXPECT_EQ(labels[2].wave + labels[2].reason, "");
  EXPECT_EQ(labels[1].time_s, 6);
}

TEST(CaseStore, RefusesBadLabelsAndWritesNothing) {
  const TemporaryFolder folder;
  make_store(folder / "store");
  auto cases = CaseStore::open(folder / "store", StoreMode::kWrite);
  for (const Label& bad :
       {Label{"", "l", "s", 1.0, 0}, Label{"a", "", "s", 1.0, 0}, Label{"a", "l", "", 1.0, 0},
        Label{"a", "l", "s", 0.0, 0}, Label{"a", "l", "s", 1.5, 0}}) {
    EXPECT_THROW((void)cases.append_labels({two_labels()[0], bad}, "h", "t", 1), InvalidArgument);
  }
  EXPECT_TRUE(cases.labels().empty());
  EXPECT_TRUE(cases.audit().empty());
}

TEST(CaseStore, OneWriterReadersSeeNothingBeforeTheFirstDecision) {
  const TemporaryFolder folder;
  EXPECT_THROW((void)CaseStore::open(folder / "nowhere"), StorageError);
  make_store(folder / "store");
  auto reader = CaseStore::open(folder / "store");
  EXPECT_TRUE(reader.labels().empty());
  EXPECT_TRUE(reader.verify_audit().empty());
  EXPECT_THROW((void)reader.append_labels(two_labels(), "h", "t", 1), StorageError);
  const auto writer = CaseStore::open(folder / "store", StoreMode::kWrite);
  EXPECT_THROW((void)CaseStore::open(folder / "store", StoreMode::kWrite), StoreLocked);
  const auto ingesting = open_writer(folder / "store");  // a decision never waits for an ingest
}

TEST(CaseStore, ALostDatabaseIsNotTakenForANewOne) {
  const TemporaryFolder folder;
  make_store(folder / "store");
  {
    auto cases = CaseStore::open(folder / "store", StoreMode::kWrite);
    cases.append_labels(two_labels(), "h", "t", 1);
  }
  std::filesystem::remove(folder / "store" / "cases" / "CURRENT");
  EXPECT_THROW((void)CaseStore::open(folder / "store"), CorruptData);
  EXPECT_THROW((void)CaseStore::open(folder / "store", StoreMode::kWrite), CorruptData);
}

TEST(CaseStore, AChangedAuditEntryIsNoticed) {
  const TemporaryFolder folder;
  make_store(folder / "store");
  {
    auto cases = CaseStore::open(folder / "store", StoreMode::kWrite);
    for (int i = 0; i < 5; ++i) {
      cases.append_labels(two_labels(), std::to_string(i), "honest actor", i);
    }
  }
  // Change the actor's name in the write-ahead log, wherever it stands, byte for byte.
  bool changed = false;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "store" / "cases")) {
    if (entry.path().extension() != ".log") continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), {});
    const auto at = bytes.find("honest actor");
    if (at == std::string::npos) continue;
    file.clear();
    file.seekp(static_cast<std::streamoff>(at));
    file << "wicked actor";
    changed = true;
  }
  ASSERT_TRUE(changed);
  try {
    EXPECT_FALSE(CaseStore::open(folder / "store", StoreMode::kWrite).verify_audit().empty());
  } catch (const CorruptData&) {
  }
}

}  // namespace
}  // namespace lockstep
