// Writes a generated log as raw little-endian columns, for the benches in Python.
//   make_log ACTIONS FOLDER      account.u32 object.u32 time.i64 organic_accounts.txt

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "action_generator.h"
#include "raw_columns.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: make_log ACTIONS FOLDER\n", stderr);
    return 2;
  }
  using lockstep::write_column;
  const auto log = lockstep::generate_log(std::strtoull(argv[1], nullptr, 10), 1);
  const std::string folder = argv[2];
  const std::string organic = std::to_string(log.organic_accounts);
  const bool written = write_column(folder + "/account.u32", log.accounts) &&
                       write_column(folder + "/object.u32", log.objects) &&
                       write_column(folder + "/time.i64", log.times) &&
                       write_column(folder + "/organic_accounts.txt",
                                    std::vector<char>(organic.begin(), organic.end()));
  if (!written) std::fprintf(stderr, "cannot write to %s\n", argv[2]);
  return written ? 0 : 1;
}
