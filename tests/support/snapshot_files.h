#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "support/edge_columns.h"

namespace lockstep {

inline std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void put(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline Graph some_graph(const BuildOptions& options, bool weighted, bool timed, unsigned seed = 1) {
  const auto edges = random_edge_columns(500, 3'000, seed);
  return build_graph(500, edges.columns(weighted, timed), options).graph;
}

}  // namespace lockstep
