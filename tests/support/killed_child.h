#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace lockstep {

/// Runs this program again, as a child that finds `path` in `variable`, and kills it after a time.
inline void run_and_kill(const char* variable, const std::filesystem::path& path,
                         std::chrono::milliseconds after) {
  const auto child = ::fork();
  if (child == 0) {
    ::setenv(variable, path.c_str(), 1);
    ::execl("/proc/self/exe", "killed_child", nullptr);
    ::_exit(127);
  }
  std::this_thread::sleep_for(after);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

}  // namespace lockstep
