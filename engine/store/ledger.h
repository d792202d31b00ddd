#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lockstep/store.h"

namespace lockstep {

/// The jobs a store has acknowledged, in a small file beside the database, one synced line each.
/// RocksDB can open without data it once had (a lost log, a lost file); the ledger tells.
class Ledger {
 public:
  explicit Ledger(std::filesystem::path path) : path_(std::move(path)) {}

  /// All lines in epoch order. A last line without its end was never acknowledged and is left
  /// out. Throws CorruptData on a line whose check value, or number, is wrong.
  [[nodiscard]] std::vector<JobReceipt> read() const;

  /// Cuts off a last line without its end. For the writer, before it appends.
  void drop_torn_line() const;

  /// Makes sure that the line of `receipt` will find room on the disk.
  void reserve(const JobReceipt& receipt) const;

  void append(const JobReceipt& receipt) const;

 private:
  std::filesystem::path path_;
};

/// A receipt as one line of text with a check value, without the line's end; and back, or nothing
/// where the text is not such a line.
[[nodiscard]] std::string receipt_line(const JobReceipt& receipt);
[[nodiscard]] std::optional<JobReceipt> parse_receipt(std::string_view line);

}  // namespace lockstep
