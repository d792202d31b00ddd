#include "../engine/base/file_io.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include "lockstep/error.h"
#include "support/temporary_folder.h"

namespace lockstep {
namespace {

namespace fs = std::filesystem;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::ptrdiff_t entries(const fs::path& folder) {
  return std::distance(fs::directory_iterator(folder), {});
}

TEST(ReplacementFile, IsThereWholeAfterCommitAndNotBefore) {
  const TemporaryFolder folder;
  const auto path = folder / "file";
  replace_file(path, "old");
  {
    ReplacementFile fresh(path);
    fresh.write_at(3, bytes_of("new"));
    fresh.write_at(0, bytes_of("the"));
    EXPECT_EQ(read_file(path), "old");
    fresh.commit();
    EXPECT_EQ(read_file(path), "thenew");
  }
  ReplacementFile(path).write_at(0, bytes_of("dropped"));
  EXPECT_EQ(read_file(path), "thenew");
  EXPECT_EQ(entries(folder / ""), 1);
}

TEST(ReplacementFile, LeavesNothingWhereItsProcessIsKilled) {
  const TemporaryFolder folder;
  const int unnamed = ::open((folder / "").c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (unnamed < 0) GTEST_SKIP() << "this file system has no files without a name";
  ::close(unnamed);
  const pid_t child = ::fork();
  if (child == 0) {
    const ReplacementFile fresh(folder / "file");
    fresh.write_at(0, bytes_of("half"));
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(entries(folder / ""), 0);
}

TEST(ReplacementFile, SaysWhereItCannotWrite) {
  const TemporaryFolder folder;
  EXPECT_THROW(ReplacementFile(folder / "missing" / "file"), StorageError);
}

}  // namespace
}  // namespace lockstep
