#pragma once

#include <cstdint>

#include "staged_rows.h"
#include "staging.h"
#include "store_impl.h"

namespace lockstep {

/// What `suppress_rows` did.
struct SuppressedRows {
  std::uint64_t rows = 0;  ///< that it took out
  bool any = false;        ///< whether any row went or changed
};

/// Takes out of a job's rows what `Store::erase_accounts` would: rows of accounts that were
/// erased, and their targets. One keyed hash an account of the job, and only in a store that
/// erased any.
SuppressedRows suppress_rows(StagedRows& rows, const Staging& staging, const Store::Impl& store);

}  // namespace lockstep
