#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <sstream>

#include "lockstep/error.h"
#include "lockstep/store.h"
#include "support/store_fixture.h"

namespace lockstep {
namespace {

constexpr TimeS kStart = 1'600'000'000;

std::vector<Action> some_actions(int job, int count = 3000) {
  std::vector<Action> actions;
  for (int i = 0; i < count; ++i) {
    actions.push_back({"retweet", "account" + std::to_string(i % 700),
                       "object" + std::to_string(job * 100'000 + i), kStart + i * 37});
  }
  return actions;
}

/// A closed store with two jobs.
void make_store(const std::filesystem::path& path) {
  auto store = open_writer(path);
  ingest(store, "one", some_actions(1));
  ingest(store, "two", some_actions(2));
}

std::string content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void put_content(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

std::filesystem::path largest_sst(const std::filesystem::path& store) {
  std::filesystem::path largest;
  for (const auto& entry : std::filesystem::directory_iterator(store / "events")) {
    if (entry.path().extension() != ".sst") continue;
    if (largest.empty() || entry.file_size() > std::filesystem::file_size(largest)) {
      largest = entry.path();
    }
  }
  return largest;
}

/// Whether opening, or reading everything back, says that the store is damaged.
bool damage_is_noticed(const std::filesystem::path& path) {
  try {
    return !open_writer(path).verify().problems.empty();
  } catch (const CorruptData&) {
    return true;
  }
}

TEST(StoreDamage, EveryFlippedByteOfATableIsNoticed) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  make_store(path);
  ASSERT_FALSE(damage_is_noticed(path));
  for (int part = 1; part < 8; ++part) {
    SCOPED_TRACE(part);
    const auto file = largest_sst(path);
    const auto before = content(file);
    auto flipped = before;
    const auto at = flipped.size() * static_cast<std::size_t>(part) / 8;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    put_content(file, flipped);
    EXPECT_TRUE(damage_is_noticed(path));
    put_content(file, before);
  }
  EXPECT_FALSE(damage_is_noticed(path));
}

TEST(StoreDamage, MissingAndShortFilesAreNoticed) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  make_store(path);
  const auto file = largest_sst(path);
  const auto before = content(file);
  put_content(file, before.substr(0, before.size() / 2));
  EXPECT_THROW((void)open_writer(path), CorruptData);
  std::filesystem::remove(file);
  EXPECT_THROW((void)open_writer(path), CorruptData);
  EXPECT_THROW((void)Store::open(path), CorruptData);
  std::filesystem::remove_all(path / "events");
  EXPECT_THROW((void)open_writer(path), CorruptData);
  EXPECT_THROW((void)Store::open(path), CorruptData);
}

TEST(StoreDamage, AReaderNoticesEveryFileThatIsMissing) {
  const TemporaryFolder folder;
  make_store(folder / "store");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "store" / "events")) {
    if (entry.path().extension() != ".sst") continue;
    ++files;
    SCOPED_TRACE(entry.path());
    const auto aside = folder / "aside";
    std::filesystem::rename(entry.path(), aside);
    EXPECT_THROW((void)Store::open(folder / "store"), CorruptData);
    std::filesystem::rename(aside, entry.path());
  }
  EXPECT_GE(files, 7);
  EXPECT_EQ(Store::open(folder / "store").epoch(), 2U);
}

TEST(StoreDamage, AJobWithoutALedgerLeavesTheStoreAsItWas) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  {
    auto store = open_writer(path);
    ingest(store, "one", some_actions(1));
    std::filesystem::rename(path / "LEDGER", path / "aside");
    std::filesystem::create_directory(path / "LEDGER");
    EXPECT_THROW(ingest(store, "two", some_actions(2)), StorageError);
    EXPECT_EQ(store.epoch(), 1U);
    std::filesystem::remove(path / "LEDGER");
    std::filesystem::rename(path / "aside", path / "LEDGER");
    EXPECT_EQ(ingest(store, "three", some_actions(3)).epoch, 2U);
  }
  const auto store = open_writer(path);
  EXPECT_EQ(store.epoch(), 2U);
  EXPECT_FALSE(store.find_job("two"));
}

TEST(StoreDamage, LedgerAndDatabaseMustAgree) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  make_store(path);
  const auto ledger = content(path / "LEDGER");

  put_content(path / "LEDGER", "");  // more than the one line that a kill can cost
  EXPECT_THROW((void)open_writer(path), CorruptData);
  auto flipped = ledger;
  flipped[10] = static_cast<char>(flipped[10] ^ 1);
  put_content(path / "LEDGER", flipped);
  EXPECT_THROW((void)open_writer(path), CorruptData);
  EXPECT_THROW((void)Store::open(path), CorruptData);

  // A last line that was never whole was never acknowledged; the database has the job.
  const auto second = ledger.find('\n') + 1;
  put_content(path / "LEDGER", ledger.substr(0, second + 20));
  EXPECT_EQ(open_writer(path).jobs().size(), 2U);
  EXPECT_EQ(content(path / "LEDGER"), ledger);

  // A database from before the ledger's last job has lost it.
  const TemporaryFolder other;
  {
    auto store = open_writer(other / "store");
    ingest(store, "one", some_actions(1));
  }
  put_content(other / "store" / "LEDGER", ledger);
  EXPECT_THROW((void)open_writer(other / "store"), CorruptData);
}

TEST(StoreDamage, OtherVersionsAndForeignFoldersAreRefused) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  make_store(path);
  const auto format = content(path / "FORMAT");
  for (const std::string schema : {"1.0", "3.0"}) {
    put_content(path / "FORMAT", "lockstep-store " + schema + "\nabc\nplain\n");
    EXPECT_THROW((void)open_writer(path), StoreVersionError) << schema;
    EXPECT_THROW((void)Store::open(path), StoreVersionError) << schema;
  }
  put_content(path / "FORMAT", "something else\n");
  EXPECT_THROW((void)open_writer(path), StorageError);
  put_content(path / "FORMAT", format);
  EXPECT_EQ(open_writer(path).epoch(), 2U);

  std::filesystem::create_directory(folder / "foreign");
  put_content(folder / "foreign" / "notes.txt", "mine");
  EXPECT_THROW((void)open_writer(folder / "foreign"), StorageError);
  EXPECT_EQ(content(folder / "foreign" / "notes.txt"), "mine");
  EXPECT_THROW((void)Store::open(folder / "nowhere"), StorageError);
  EXPECT_FALSE(std::filesystem::exists(folder / "nowhere"));
}

TEST(StoreDamage, OneWriterAndAnyReaders) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  auto writer = open_writer(path);
  EXPECT_THROW((void)open_writer(path), StoreLocked);
  auto reader = Store::open(path);
  EXPECT_THROW((void)reader.begin_job("x", "x"), StorageError);
  ingest(writer, "one", some_actions(1));
  EXPECT_EQ(reader.epoch(), 0U);
  reader.refresh();
  EXPECT_EQ(reader.epoch(), 1U);
  EXPECT_EQ(reader.scan("retweet", kStart, kStart + 1).log.size(), 1U);
}

TEST(StoreDamage, AForkedChildIsToldToOpenItsOwn) {
  const TemporaryFolder folder;
  make_store(folder / "store");
  auto store = Store::open(folder / "store");
  const auto child = ::fork();
  if (child == 0) {
    try {
      (void)store.epoch();
    } catch (const StorageError& error) {
      ::_exit(std::string(error.what()).find("fork") != std::string::npos ? 42 : 43);
    }
    ::_exit(44);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 42);
  EXPECT_EQ(store.epoch(), 2U);
}

TEST(StoreDamage, AJobLeftAloneLeavesNoTrace) {
  const TemporaryFolder folder;
  auto store = open_writer(folder / "store");
  {
    auto job = store.begin_job("dropped", "dropped");
    append(job, some_actions(1));
  }
  RunControl control;
  control.cancel();
  {
    auto job = store.begin_job("cancelled", "cancelled");
    append(job, some_actions(1));
    EXPECT_THROW((void)job.commit(0, 1, &control), Interrupted);
    EXPECT_THROW((void)append(job, {}), InvalidArgument);
  }
  EXPECT_EQ(store.info().actions, 0U);
  for (const auto& entry : std::filesystem::directory_iterator(folder / "store")) {
    EXPECT_FALSE(entry.path().filename().string().starts_with("tmp."));
  }
  EXPECT_EQ(ingest(store, "dropped", some_actions(1)).epoch, 1U);
}

TEST(StoreDamage, NoJobStartsWithoutSpace) {
  const TemporaryFolder folder;
  make_store(folder / "store");
  auto store =
      Store::open(folder / "store", {.mode = StoreMode::kWrite, .reserve_bytes = 1ULL << 60});
  EXPECT_THROW((void)store.begin_job("three", "three"), StorageError);
  EXPECT_EQ(store.epoch(), 2U);
}

TEST(StoreDamage, PseudonymsNeedTheirKeyAndHideTheIds) {
  const TemporaryFolder folder;
  const auto path = folder / "store";
  const StoreOptions keyed{.mode = StoreMode::kWrite, .pseudonym_key = "a key of some length"};
  {
    auto store = Store::open(path, keyed);
    ingest(store, "one", {{"retweet", "very-secret-name", "very-secret-thing", kStart}});
    EXPECT_EQ(store.find_id(IdSpace::kAccount, "very-secret-name"), 0U);
    const std::vector<std::uint32_t> first{0};
    const auto name = store.names(IdSpace::kAccount, first)[0];
    EXPECT_EQ(name.size(), 32U);
    EXPECT_EQ(name, store.stored_name(IdSpace::kAccount, "very-secret-name"));
    EXPECT_EQ(store.find_stored(IdSpace::kAccount, name), 0U);
    EXPECT_EQ(store.find_stored(IdSpace::kAccount, "very-secret-name"), std::nullopt);
    EXPECT_EQ(store.find_id(IdSpace::kAccount, name), std::nullopt);
    EXPECT_NE(name, store.stored_name(IdSpace::kObject, "very-secret-name"));
    EXPECT_TRUE(store.info().pseudonymous);
  }
  EXPECT_THROW((void)Store::open(path), InvalidArgument);
  EXPECT_THROW((void)Store::open(path, {.pseudonym_key = "another key"}), InvalidArgument);
  make_store(folder / "plain");
  EXPECT_THROW((void)Store::open(folder / "plain", {.pseudonym_key = "a key"}), InvalidArgument);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    const auto bytes = content(entry.path());
    EXPECT_EQ(bytes.find("secret"), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find("a key of"), std::string::npos) << entry.path();
  }
}

}  // namespace
}  // namespace lockstep
