#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep {

/// Numbers distinct ids in the order first seen. A whole number and its decimal text are one id.
/// About 40 bytes an id besides its text; look-ups take one probe or two. Small numbers that lie
/// close together, as dense ids do, are found in a table by number, without hashing.
class Dictionary {
 public:
  Dictionary();

  std::uint32_t add(std::int64_t number);
  /// Many at once, which hides the wait for memory; `codes` is as long as `numbers`.
  void add(std::span<const std::int64_t> numbers, std::span<std::uint32_t> codes);
  std::uint32_t add(std::string_view text);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }
  /// The id behind a code, as text.
  [[nodiscard]] std::string name(std::uint32_t code) const;

 private:
  struct Entry {
    std::uint64_t value;   ///< the number, or where the text starts in `text_`
    std::uint32_t length;  ///< of the text; kNumber for a number
  };

  [[nodiscard]] bool holds(const Entry& entry, std::string_view text) const;
  template <class Equal>
  std::uint32_t find_or_add(std::uint64_t hash, const Equal& equal, const Entry& entry);
  void append(const Entry& entry);
  void grow();
  [[nodiscard]] bool is_direct(std::int64_t number) const {
    return static_cast<std::uint64_t>(number) < direct_.size();
  }
  bool widen_direct(std::int64_t number);
  [[nodiscard]] std::uint64_t hash_of(const Entry& entry) const;

  std::vector<std::uint32_t> slots_;   ///< code + 1; 0 is empty
  std::vector<std::uint32_t> direct_;  ///< by number: code + 1, for each number it has room for
  std::uint64_t hashed_ = 0;           ///< entries in `slots_`
  std::vector<Entry> entries_;
  std::string text_;
};

/// The number that `text` is the canonical decimal form of: no sign but minus, no leading zero.
[[nodiscard]] std::optional<std::int64_t> canonical_number(std::string_view text);

}  // namespace lockstep
