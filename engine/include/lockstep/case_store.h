#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

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

/// One line of the audit log. `hash` is SHA-256 over the line and the hash before it.
struct AuditEntry {
  std::uint64_t sequence = 0;  ///< from 1
  TimeS time_s = 0;
  std::string actor;
  std::string action;
  std::string detail;
  std::string hash;  ///< 64 hexadecimal digits
};

/// Decisions and their audit, in a database of their own so that they never wait for an ingest.
/// Append-only; each write is one synced batch together with its audit entry.
class CaseStore {
 public:
  /// Opens `cases/` under a store folder. Throws as Store::open does.
  static CaseStore open(const std::filesystem::path& store_path, StoreMode mode = StoreMode::kRead);
  CaseStore(CaseStore&&) noexcept;
  ~CaseStore();

  /// Adds labels, once for each content: false where this content was added before.
  /// Throws InvalidArgument on an empty account, label or source, or a confidence out of range.
  bool append_labels(const std::vector<Label>& labels, const std::string& content_hash,
                     const std::string& actor, TimeS now_s);
  /// Adds a line to the audit alone, once for each content; false where it was added before.
  bool append_note(const std::string& action, const std::string& detail,
                   const std::string& content_hash, const std::string& actor, TimeS now_s);
  [[nodiscard]] std::vector<Label> labels() const;  ///< in the order they came
  [[nodiscard]] std::vector<AuditEntry> audit() const;
  /// The problems of the hash chain; empty when each entry fits the one before.
  [[nodiscard]] std::vector<std::string> verify_audit() const;

  struct Impl;

 private:
  explicit CaseStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace lockstep
