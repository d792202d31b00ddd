#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <utility>

namespace lockstep {

/// Runs this program again as a child that finds `path` in `variable`; its output is to be read.
inline std::pair<pid_t, std::FILE*> start_child(const char* variable,
                                                const std::filesystem::path& path) {
  int pipe_ends[2];
  EXPECT_EQ(::pipe2(pipe_ends, O_CLOEXEC), 0);
  const auto child = ::fork();
  if (child == 0) {
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    ::setenv(variable, path.c_str(), 1);
    ::execl("/proc/self/exe", "child", nullptr);
    ::_exit(127);
  }
  ::close(pipe_ends[1]);
  return {child, ::fdopen(pipe_ends[0], "r")};
}

/// Runs such a child, and kills it after a time.
inline void run_and_kill(const char* variable, const std::filesystem::path& path,
                         std::chrono::milliseconds after) {
  const auto [child, output] = start_child(variable, path);
  std::this_thread::sleep_for(after);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  std::fclose(output);
}

}  // namespace lockstep
