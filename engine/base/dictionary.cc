#include "lockstep/dictionary.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>

#include "lockstep/error.h"
#include "lockstep/hash.h"

namespace lockstep {
namespace {

constexpr std::uint32_t kNumber = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kDirectLeast = 1 << 16;
constexpr std::uint64_t kDirectPerEntry = 8;  // as much memory as an entry takes in the hash table

}  // namespace

std::optional<std::int64_t> canonical_number(std::string_view text) {
  if (text.empty() || text.size() > 20) return std::nullopt;
  const auto digits = text.front() == '-' ? text.substr(1) : text;
  if (digits.empty() || (digits.front() == '0' && text.size() > 1)) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Dictionary::Dictionary() : slots_(1024, 0) {}

std::uint64_t Dictionary::hash_of(const Entry& entry) const {
  if (entry.length == kNumber) return mix(entry.value + 0x9e3779b97f4a7c15ULL);
  return hash_bytes(std::string_view(text_).substr(entry.value, entry.length));
}

bool Dictionary::holds(const Entry& entry, std::string_view text) const {
  return entry.length == text.size() &&
         std::string_view(text_).substr(entry.value, entry.length) == text;
}

void Dictionary::append(const Entry& entry) {
  if (entries_.size() >= kNumber - 1) throw InvalidArgument("more than 2^32 - 2 distinct ids");
  entries_.push_back(entry);
}

void Dictionary::grow() {
  std::vector<std::uint32_t> larger(slots_.size() * 2, 0);
  const std::uint64_t mask = larger.size() - 1;
  hashed_ = 0;
  for (std::uint32_t code = 0; code < entries_.size(); ++code) {
    if (entries_[code].length == kNumber && entries_[code].value < direct_.size()) continue;
    ++hashed_;
    std::uint64_t slot = hash_of(entries_[code]) & mask;
    while (larger[slot] != 0) slot = (slot + 1) & mask;
    larger[slot] = code + 1;
  }
  slots_ = std::move(larger);
}

template <class Equal>
std::uint32_t Dictionary::find_or_add(std::uint64_t hash, const Equal& equal, const Entry& entry) {
  const std::uint64_t mask = slots_.size() - 1;
  std::uint64_t slot = hash & mask;
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    if (equal(entries_[slots_[slot] - 1])) return slots_[slot] - 1;
  }
  append(entry);
  slots_[slot] = size();
  if (++hashed_ * 2 > slots_.size()) grow();
  return size() - 1;
}

/// Makes room for the number in the direct table, with all entries that then belong there; false
/// where ids lie too far apart for that.
bool Dictionary::widen_direct(std::int64_t number) {
  const auto value = static_cast<std::uint64_t>(number);
  const auto most = std::max(kDirectLeast, std::bit_ceil(entries_.size() * kDirectPerEntry));
  if (value >= most) return false;
  direct_.assign(most, 0);
  for (std::uint32_t code = 0; code < entries_.size(); ++code) {
    const auto& entry = entries_[code];
    if (entry.length == kNumber && entry.value < most) direct_[entry.value] = code + 1;
  }
  return true;
}

std::uint32_t Dictionary::add(std::int64_t number) {
  const Entry entry{static_cast<std::uint64_t>(number), kNumber};
  if (is_direct(number) || widen_direct(number)) {
    auto& known = direct_[entry.value];
    if (known == 0) {
      append(entry);
      known = size();
    }
    return known - 1;
  }
  return find_or_add(
      hash_of(entry),
      [&](const Entry& other) { return other.length == kNumber && other.value == entry.value; },
      entry);
}

void Dictionary::add(std::span<const std::int64_t> numbers, std::span<std::uint32_t> codes) {
  constexpr std::size_t kAhead = 16;
  const auto direct_slot = [&](std::size_t i) {
    return &direct_[static_cast<std::uint64_t>(numbers[i])];
  };
  const auto slot_of = [&](std::size_t i) {
    return hash_of({static_cast<std::uint64_t>(numbers[i]), kNumber}) & (slots_.size() - 1);
  };
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const bool ahead = i + kAhead < numbers.size();
    if (ahead && is_direct(numbers[i + kAhead])) __builtin_prefetch(direct_slot(i + kAhead));
    if (is_direct(numbers[i])) {
      const auto known = *direct_slot(i);
      codes[i] = known != 0 ? known - 1 : add(numbers[i]);
      continue;
    }
    if (ahead) __builtin_prefetch(&slots_[slot_of(i + kAhead)]);
    if (i + kAhead / 2 < numbers.size()) {
      const auto code = slots_[slot_of(i + kAhead / 2)];
      if (code != 0) __builtin_prefetch(&entries_[code - 1]);
    }
    codes[i] = add(numbers[i]);
  }
}

std::uint32_t Dictionary::add(std::string_view text) {
  if (const auto number = canonical_number(text)) return add(*number);
  const auto before = size();
  const Entry entry{text_.size(), static_cast<std::uint32_t>(text.size())};
  text_.append(text);  // and off again below, where the id is known
  const auto code = find_or_add(
      hash_bytes(text), [&](const Entry& other) { return holds(other, text); }, entry);
  if (size() == before) text_.resize(entry.value);
  return code;
}

std::string Dictionary::name(std::uint32_t code) const {
  const Entry& entry = entries_[code];
  if (entry.length == kNumber) return std::to_string(static_cast<std::int64_t>(entry.value));
  return text_.substr(entry.value, entry.length);
}

}  // namespace lockstep
