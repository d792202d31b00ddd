#include "ledger.h"

#include <array>
#include <charconv>
#include <system_error>

#include "../base/file_io.h"
#include "lockstep/error.h"
#include "lockstep/hash.h"

namespace lockstep {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

/// Keeps a name on one line and in one field: %, tabs and control characters as %XX.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte != '%' && byte != 0x7f) {
      out.push_back(c);
      continue;
    }
    out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' || i + 2 >= text.size()) {
      out.push_back(text[i]);
      continue;
    }
    out.push_back(static_cast<char>(kHex.find(text[i + 1]) * 16 + kHex.find(text[i + 2])));
    i += 2;
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const auto end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

template <class Number>
bool parse(std::string_view text, Number& number, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size();
}

std::string hex(std::uint64_t value) {
  std::string out(16, '0');
  for (int i = 15; i >= 0; --i, value >>= 4) out[static_cast<std::size_t>(i)] = kHex[value & 15];
  return out;
}

}  // namespace

std::string receipt_line(const JobReceipt& r) {
  std::string line = std::to_string(r.epoch);
  for (const auto& field :
       {escaped(r.content_hash), escaped(r.source), std::to_string(r.accepted),
        std::to_string(r.duplicates), std::to_string(r.rejected), std::to_string(r.new_accounts),
        std::to_string(r.new_objects), std::to_string(r.first_s), std::to_string(r.last_s),
        std::to_string(r.committed_s), hex(r.checksum)}) {
    line += '\t' + field;
  }
  if (r.erased != 0) line += '\t' + std::to_string(r.erased);  // else as lines ever were
  return line + '\t' + hex(hash_bytes(line));
}

std::optional<JobReceipt> parse_receipt(std::string_view line) {
  const auto fields = split(line, '\t');
  if (fields.size() != 13 && fields.size() != 14) return std::nullopt;
  if (fields.back() != hex(hash_bytes(line.substr(0, line.rfind('\t'))))) return std::nullopt;
  JobReceipt r;
  r.content_hash = unescaped(fields[1]);
  r.source = unescaped(fields[2]);
  const bool good = parse(fields[0], r.epoch) && parse(fields[3], r.accepted) &&
                    parse(fields[4], r.duplicates) && parse(fields[5], r.rejected) &&
                    parse(fields[6], r.new_accounts) && parse(fields[7], r.new_objects) &&
                    parse(fields[8], r.first_s) && parse(fields[9], r.last_s) &&
                    parse(fields[10], r.committed_s) && parse(fields[11], r.checksum, 16) &&
                    (fields.size() == 13 || parse(fields[12], r.erased));
  return good ? std::optional(r) : std::nullopt;
}

std::vector<JobReceipt> Ledger::read() const {
  std::vector<JobReceipt> receipts;
  const auto text = read_file(path_).value_or("");
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    if (end == std::string::npos) break;
    const auto receipt = parse_receipt(std::string_view(text).substr(begin, end - begin));
    if (!receipt || receipt->epoch != receipts.size() + 1) {
      throw CorruptData("line " + std::to_string(receipts.size() + 1) + " of " + path_.string() +
                        " is damaged; restore the store from a backup");
    }
    receipts.push_back(*receipt);
    begin = end + 1;
  }
  return receipts;
}

void Ledger::drop_torn_line() const {
  const auto text = read_file(path_).value_or("");
  const auto end = text.rfind('\n');
  const auto whole = end == std::string::npos ? 0 : end + 1;
  if (whole != text.size()) replace_file(path_, std::string_view(text).substr(0, whole));
}

void Ledger::reserve(const JobReceipt& receipt) const {
  reserve_space(path_, receipt_line(receipt).size() + 1);
}

void Ledger::append(const JobReceipt& receipt) const {
  append_synced(path_, receipt_line(receipt) + '\n');
}

}  // namespace lockstep
