#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "lockstep/error.h"
#include "lockstep/store.h"
#include "lockstep/types.h"

namespace lockstep {

/// What somebody said of an account: a partner's referral, a suspension, a reviewer's decision.
struct Label {
  std::string account;      ///< as the store names it: external id, or its pseudonym
  std::string label;        ///< such as referral, suspended, reinstated
  std::string source;       ///< who said so
  double confidence = 1.0;  ///< in (0, 1]
  TimeS time_s = 0;
  std::string wave = {};    ///< of suspensions that belong together, if any
  std::string reason = {};  ///< why, if it was said
};

/// Somebody else wrote to a case since it was read.
class CaseConflict : public Error {
 public:
  using Error::Error;
};

/// One entry of a case. A case is its entries in their order; what they mean is for those who
/// write them. The first has the subject, which never changes: a cluster as one run found it.
struct CaseEntry {
  std::uint64_t case_id = 0;  ///< from 1
  std::uint64_t version = 0;  ///< from 1 within the case
  TimeS time_s = 0;
  std::string actor;
  std::string kind;        ///< such as disposition, signed, comment
  std::string value = {};  ///< of that kind: which disposition, who is to see to it
  std::string note = {};
  std::uint64_t refers_to = 0;  ///< version of the entry that this one signs or withdraws
  std::string run_id = {};      ///< of the first entry alone, as the next two
  std::string cluster_id = {};
  std::vector<std::string> members = {};  ///< accounts, as the store names them
};

/// One line of the audit log. `hash` is SHA-256 over the line and the hash before it.
struct AuditEntry {
  std::uint64_t sequence = 0;  ///< from 1
  TimeS time_s = 0;
  std::string actor;
  std::string action;
  std::string detail;
  std::string hash = {};  ///< 64 hexadecimal digits
};

/// Decisions and their audit, in a database of their own so that they never wait for an ingest.
/// Append-only; each write is one synced batch together with its audit entry.
class CaseStore {
 public:
  /// Opens `cases/` under a store folder. A writer that finds another one waits for it, at most
  /// `wait`; decisions are short, so that several processes can write in turn. Throws as
  /// Store::open does.
  static CaseStore open(const std::filesystem::path& store_path, StoreMode mode = StoreMode::kRead,
                        std::chrono::milliseconds wait = {});
  CaseStore(CaseStore&&) noexcept;
  ~CaseStore();

  [[nodiscard]] const std::string& store_uuid() const;  ///< of the store whose decisions they are

  /// Adds labels, once for each content: false where this content was added before.
  /// Throws InvalidArgument on an empty account, label or source, or a confidence out of range.
  bool append_labels(const std::vector<Label>& labels, const std::string& content_hash,
                     const std::string& actor, TimeS now_s);
  /// Adds a line to the audit alone, once for each content; false where it was added before.
  bool append_note(const std::string& action, const std::string& detail,
                   const std::string& content_hash, const std::string& actor, TimeS now_s);
  [[nodiscard]] std::vector<Label> labels() const;  ///< in the order they came

  /// Adds an entry to the case it names, or opens a new case where it names none (0), and returns
  /// it with its case and version. `expected_version` is the last one that the writer has read, 0
  /// for a new case. Throws CaseConflict where the case has moved on, or there is one of the same
  /// cluster of the same run; InvalidArgument on an unknown case, no actor or kind, or a subject
  /// where none belongs. Nothing is written then.
  CaseEntry append_case_entry(CaseEntry entry, std::uint64_t expected_version);
  [[nodiscard]] std::vector<CaseEntry> case_entries() const;  ///< by case and version

  [[nodiscard]] std::vector<AuditEntry> audit() const;
  /// The problems of the hash chain and of what it vouches for; empty when each entry fits the one
  /// before, and the cases are those that it tells of.
  [[nodiscard]] std::vector<std::string> verify_audit() const;

  struct Impl;

 private:
  explicit CaseStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
