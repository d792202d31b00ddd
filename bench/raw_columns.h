#pragma once

#include <cstdio>
#include <string>
#include <vector>

namespace lockstep {

/// Writes values as they lie in memory; false where the file cannot be written in full.
template <class T>
bool write_column(const std::string& path, const std::vector<T>& values) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  const bool whole = std::fwrite(values.data(), sizeof(T), values.size(), file) == values.size();
  return std::fclose(file) == 0 && whole;
}

}  // namespace lockstep
