// Writes a generated log as raw little-endian columns, for the benches in Python.
//   make_log ACTIONS FOLDER      account.u32 object.u32 time.i64 organic_accounts.txt

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "action_generator.h"

namespace {

template <class T>
bool write(const std::string& path, const std::vector<T>& values) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  const bool whole = std::fwrite(values.data(), sizeof(T), values.size(), file) == values.size();
  return std::fclose(file) == 0 && whole;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: make_log ACTIONS FOLDER\n", stderr);
    return 2;
  }
  const auto log = lockstep::generate_log(std::strtoull(argv[1], nullptr, 10), 1);
  const std::string folder = argv[2];
  const std::string organic = std::to_string(log.organic_accounts);
  const bool written =
      write(folder + "/account.u32", log.accounts) && write(folder + "/object.u32", log.objects) &&
      write(folder + "/time.i64", log.times) &&
      write(folder + "/organic_accounts.txt", std::vector<char>(organic.begin(), organic.end()));
  if (!written) std::fprintf(stderr, "cannot write to %s\n", argv[2]);
  return written ? 0 : 1;
}
