#include "case_codec.h"

#include <cstring>
#include <utility>

#include "bytes.h"

namespace lockstep {
namespace {

void put_text(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out += text;
}

}  // namespace

std::string encode_label(const Label& label) {
  std::string value;
  put_text(value, label.account);
  put_text(value, label.label);
  put_text(value, label.source);
  std::uint64_t bits = 0;
  static_assert(sizeof(bits) == sizeof(label.confidence));
  std::memcpy(&bits, &label.confidence, sizeof(bits));
  put_big_endian(value, bits, 8);
  put_varint(value, zigzag(label.time_s));
  if (!label.wave.empty() || !label.reason.empty()) {
    put_text(value, label.wave);
    put_text(value, label.reason);
  }
  return value;
}

std::optional<Label> decode_label(std::string_view value) {
  ByteReader reader(value);
  Label label;
  for (auto* text : {&label.account, &label.label, &label.source}) {
    *text = reader.bytes(reader.varint());
  }
  const auto bits = reader.big_endian(8);
  std::memcpy(&label.confidence, &bits, sizeof(bits));
  label.time_s = unzigzag(reader.varint());
  if (!reader.at_end()) {
    for (auto* text : {&label.wave, &label.reason}) *text = reader.bytes(reader.varint());
  }
  return reader.at_end() ? std::optional(std::move(label)) : std::nullopt;
}

std::string case_key(std::uint64_t case_id, std::uint64_t version) {
  std::string key;
  put_big_endian(key, case_id, 8);
  put_big_endian(key, version, 8);
  return key;
}

std::string encode_case_entry(const CaseEntry& entry) {
  std::string value;
  put_varint(value, zigzag(entry.time_s));
  put_varint(value, entry.refers_to);
  for (const auto* text :
       {&entry.actor, &entry.kind, &entry.value, &entry.note, &entry.run_id, &entry.cluster_id}) {
    put_text(value, *text);
  }
  put_varint(value, entry.members.size());
  for (const auto& member : entry.members) put_text(value, member);
  return value;
}

std::optional<CaseEntry> decode_case_entry(std::string_view key, std::string_view value) {
  ByteReader name(key);
  ByteReader reader(value);
  CaseEntry entry;
  entry.case_id = name.big_endian(8);
  entry.version = name.big_endian(8);
  entry.time_s = unzigzag(reader.varint());
  entry.refers_to = reader.varint();
  for (auto* text :
       {&entry.actor, &entry.kind, &entry.value, &entry.note, &entry.run_id, &entry.cluster_id}) {
    *text = reader.bytes(reader.varint());
  }
  const auto members = reader.varint();
  if (members > reader.left()) return std::nullopt;  // each takes a byte at least
  for (std::uint64_t i = 0; i < members; ++i) {
    entry.members.emplace_back(reader.bytes(reader.varint()));
  }
  return name.at_end() && reader.at_end() ? std::optional(std::move(entry)) : std::nullopt;
}

std::string chained_text(const AuditEntry& entry, const std::string& before) {
  std::string text = before;
  put_big_endian(text, entry.sequence, 8);
  put_big_endian(text, static_cast<std::uint64_t>(entry.time_s), 8);
  for (const auto* field : {&entry.actor, &entry.action, &entry.detail}) put_text(text, *field);
  return text;
}

std::string encode_audit(const AuditEntry& entry) {
  std::string value;
  put_varint(value, zigzag(entry.time_s));
  for (const auto* field : {&entry.actor, &entry.action, &entry.detail, &entry.hash}) {
    put_text(value, *field);
  }
  return value;
}

std::optional<AuditEntry> decode_audit(std::string_view key, std::string_view value) {
  ByteReader reader(value);
  AuditEntry entry;
  entry.sequence = ByteReader(key).big_endian(8);
  entry.time_s = unzigzag(reader.varint());
  for (auto* field : {&entry.actor, &entry.action, &entry.detail, &entry.hash}) {
    *field = reader.bytes(reader.varint());
  }
  return reader.at_end() ? std::optional(std::move(entry)) : std::nullopt;
}

}  // namespace lockstep
