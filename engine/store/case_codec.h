#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lockstep/case_store.h"

namespace lockstep {

/// The bytes of what a case store keeps, and back; nothing where bytes are damaged.
[[nodiscard]] std::string encode_label(const Label& label);
[[nodiscard]] std::optional<Label> decode_label(std::string_view value);

/// An entry without its case and version, which are its key.
[[nodiscard]] std::string encode_case_entry(const CaseEntry& entry);
[[nodiscard]] std::optional<CaseEntry> decode_case_entry(std::string_view key,
                                                         std::string_view value);
[[nodiscard]] std::string case_key(std::uint64_t case_id, std::uint64_t version);

[[nodiscard]] std::string encode_audit(const AuditEntry& entry);
[[nodiscard]] std::optional<AuditEntry> decode_audit(std::string_view key, std::string_view value);
/// What the hash of an entry covers: all its fields, and the hash before it.
[[nodiscard]] std::string chained_text(const AuditEntry& entry, const std::string& before);

}  // namespace lockstep
