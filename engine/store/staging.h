#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lockstep/dictionary.h"
#include "lockstep/store.h"
#include "staged_rows.h"

namespace lockstep {

/// The rows of a job with the job's own numbers for ids and kinds, as batches come in.
class Staging {
 public:
  std::vector<RejectedRow> append(const ActionBatch& batch);

  /// All rows in the order they came; the staging is empty afterwards.
  [[nodiscard]] StagedRows take_rows();

  [[nodiscard]] const Dictionary& accounts() const { return accounts_; }
  [[nodiscard]] const Dictionary& objects() const { return objects_; }
  [[nodiscard]] const std::vector<std::string>& kinds() const { return kinds_; }
  [[nodiscard]] std::uint64_t row_count() const { return row_count_; }
  /// Whether any row was refused; its ids may be in the dictionaries and in no row.
  [[nodiscard]] bool refused_rows() const { return refused_rows_; }

 private:
  [[nodiscard]] std::vector<std::uint16_t> number_kinds(const ActionBatch& batch);
  std::vector<RejectedRow> encode_targets(const ActionBatch& batch, RowChunk& chunk);
  bool set_days(const ActionBatch& batch, std::span<const std::uint16_t> kinds, std::size_t begin,
                std::size_t end, RowChunk& chunk);

  Dictionary accounts_;
  Dictionary objects_;
  std::vector<std::string> kinds_;
  std::vector<RowChunk> chunks_;
  GroupNumbers groups_;
  std::uint64_t row_count_ = 0;
  bool refused_rows_ = false;
};

}  // namespace lockstep
