#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "lockstep/parallel.h"

namespace lockstep {

/// What a bench line is about: the case's name and the size of its input.
struct BenchCase {
  const char* name = "";
  std::uint64_t n = 0;  ///< vertices or accounts
  std::uint64_t m = 0;  ///< edges, actions or pairs
};

/// Starts the peak over, so that what made the input does not count; where Linux allows it.
inline void reset_peak_memory() {
  if (std::FILE* file = std::fopen("/proc/self/clear_refs", "w")) {
    std::fputs("5", file);
    std::fclose(file);
  }
}

/// Peak resident memory of the process, in MiB, so far or since the peak was started over.
inline std::uint64_t peak_memory_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) / 1024;
}

/// Runs `work` `trials` times, then `verify` once, and prints one JSON line. A result that does
/// not verify ends the program with 1, and its time is not reported.
template <class Work, class Verify>
double report(const BenchCase& input, int trials, const Work& work, const Verify& verify) {
  std::vector<double> seconds;
  for (int trial = 0; trial < std::max(trials, 1); ++trial) {
    const auto start = std::chrono::steady_clock::now();
    work();
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  const auto peak = peak_memory_mib();
  if (!verify()) {
    std::fprintf(stderr, "%s: the result does not verify\n", input.name);
    std::exit(1);
  }
  std::sort(seconds.begin(), seconds.end());
  const double median = seconds[seconds.size() / 2];
  std::printf(
      "{\"case\":\"%s\",\"n\":%lu,\"m\":%lu,\"threads\":%d,\"median_s\":%.4f,\"min_s\":%.4f,"
      "\"peak_mib\":%lu,\"verified\":true}\n",
      input.name, input.n, input.m, thread_count(), median, seconds.front(), peak);
  std::fflush(stdout);
  return median;
}

}  // namespace lockstep
