#include "layout.h"

#include <algorithm>
#include <sstream>

#include "ledger.h"

namespace lockstep {
namespace {

// Days sort as bytes also before 1970.
constexpr std::int64_t kDayBias = 1LL << 39;

}  // namespace

std::string BlockKey::bytes() const {
  std::string key;
  put_big_endian(key, kind, 2);
  put_big_endian(key, static_cast<std::uint64_t>(day + kDayBias), 5);
  put_big_endian(key, epoch, 8);
  put_big_endian(key, first_id, 4);
  put_big_endian(key, sequence, 4);
  return key;
}

std::optional<BlockKey> BlockKey::parse(std::string_view key) {
  ByteReader reader(key);
  BlockKey parsed;
  parsed.kind = static_cast<std::uint16_t>(reader.big_endian(2));
  parsed.day = static_cast<std::int64_t>(reader.big_endian(5)) - kDayBias;
  parsed.epoch = reader.big_endian(8);
  parsed.first_id = static_cast<std::uint32_t>(reader.big_endian(4));
  parsed.sequence = static_cast<std::uint32_t>(reader.big_endian(4));
  return reader.at_end() ? std::optional(parsed) : std::nullopt;
}

std::string edge_key(std::uint16_t kind, AccountId account, std::uint64_t epoch) {
  std::string key;
  put_big_endian(key, kind, 2);
  put_big_endian(key, account, 4);
  put_big_endian(key, epoch, 8);
  return key;
}

std::string id_key(IdSpace space, std::string_view name) {
  std::string key(1, space == IdSpace::kAccount ? 'a' : 'o');
  return key.append(name);
}

std::string names_key(IdSpace space, std::uint32_t first_id) {
  std::string key(1, space == IdSpace::kAccount ? 'a' : 'o');
  put_big_endian(key, first_id, 4);
  return key;
}

std::string epoch_key(std::uint64_t epoch) {
  std::string key("e");
  put_big_endian(key, epoch, 8);
  return key;
}

std::string hash_key(std::string_view content_hash) {
  return std::string("h").append(content_hash);
}

std::string marker_key(std::uint64_t epoch) {
  std::string key("\xff\xff");
  put_big_endian(key, epoch, 8);
  return key;
}

bool is_marker(std::string_view key) { return key.starts_with("\xff\xff"); }

std::string_view space_name(IdSpace space) {
  return space == IdSpace::kAccount ? "account" : "object";
}

void add_to(KindInfo& kind, const KindInfo& more) {
  if (more.actions == 0) return;
  kind.first_s = kind.actions == 0 ? more.first_s : std::min(kind.first_s, more.first_s);
  kind.last_s = kind.actions == 0 ? more.last_s : std::max(kind.last_s, more.last_s);
  kind.actions += more.actions;
}

std::uint64_t Totals::actions() const {
  std::uint64_t sum = 0;
  for (const auto& kind : kinds) sum += kind.actions;
  return sum;
}

std::optional<std::uint16_t> Totals::kind_number(std::string_view name) const {
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    if (kinds[kind].name == name) return static_cast<std::uint16_t>(kind);
  }
  return std::nullopt;
}

std::string ManifestEntry::bytes() const {
  std::ostringstream out;
  out << receipt_line(receipt) << '\n' << totals.accounts << ' ' << totals.objects << '\n';
  for (const auto& kind : totals.kinds) {
    out << kind.name << ' ' << kind.actions << ' ' << kind.first_s << ' ' << kind.last_s << '\n';
  }
  return out.str();
}

std::optional<ManifestEntry> ManifestEntry::parse(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::string line;
  std::getline(in, line);
  const auto receipt = parse_receipt(line);
  ManifestEntry entry;
  if (!receipt || !(in >> entry.totals.accounts >> entry.totals.objects)) return std::nullopt;
  entry.receipt = *receipt;
  for (KindInfo kind; in >> kind.name >> kind.actions >> kind.first_s >> kind.last_s;) {
    entry.totals.kinds.push_back(kind);
  }
  return entry;
}

std::string encode_names(std::span<const std::string> names) {
  std::string block;
  put_varint(block, names.size());
  for (const auto& name : names) put_varint(block, name.size());
  for (const auto& name : names) block += name;
  return block;
}

bool decode_names(std::string_view block, std::vector<std::string>& names) {
  ByteReader reader(block);
  const auto count = reader.varint();
  if (count > kNamesPerBlock) return false;
  std::vector<std::uint64_t> lengths(count);
  for (auto& length : lengths) length = reader.varint();
  names.clear();
  for (const auto length : lengths) names.emplace_back(reader.bytes(length));
  return reader.at_end();
}

void add_neighbour(std::vector<StoredNeighbour>& neighbours, AccountId account, TimeS time) {
  if (neighbours.empty() || neighbours.back().account != account) {
    neighbours.push_back({account, 0, time, 0});
  }
  ++neighbours.back().actions;
  neighbours.back().last_s = time;
}

std::string encode_neighbours(const std::vector<StoredNeighbour>& neighbours) {
  std::string value;
  put_varint(value, neighbours.size());
  TimeS earliest = neighbours.empty() ? 0 : neighbours.front().first_s;
  for (const auto& n : neighbours) earliest = std::min(earliest, n.first_s);
  put_varint(value, zigzag(earliest));
  AccountId before = 0;
  for (const auto& n : neighbours) {
    put_varint(value, n.account - before);
    put_varint(value, n.actions);
    put_varint(value, static_cast<std::uint64_t>(n.first_s - earliest));
    if (n.actions != 1) put_varint(value, static_cast<std::uint64_t>(n.last_s - n.first_s));
    before = n.account;
  }
  return value;
}

bool decode_neighbours(std::string_view value, std::vector<StoredNeighbour>& neighbours) {
  ByteReader reader(value);
  const auto count = reader.varint();
  const auto earliest = static_cast<std::uint64_t>(unzigzag(reader.varint()));
  if (count > reader.left()) return false;
  std::uint64_t account = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    StoredNeighbour n;
    account += reader.varint();
    n.account = static_cast<AccountId>(account);
    n.actions = reader.varint();
    // Unsigned, so that bytes nobody wrote wrap and do no harm.
    const auto first = earliest + reader.varint();
    n.first_s = static_cast<TimeS>(first);
    n.last_s = static_cast<TimeS>(n.actions == 1 ? first : first + reader.varint());
    if (!reader.good() || account > 0xffffffffULL) return false;
    neighbours.push_back(n);
  }
  return reader.at_end();
}

}  // namespace lockstep
