#include "lockstep/algorithms/simhash.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "lockstep/hash.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 256;
constexpr int kBits = 64;

/// Sums of signs, one a bit.
class Signs {
 public:
  void add(std::uint64_t hash) {
    for (int bit = 0; bit < kBits; ++bit) sums_[bit] += static_cast<int>(hash >> bit & 1U) * 2 - 1;
  }
  [[nodiscard]] std::uint64_t signature() const {
    std::uint64_t bits = 0;
    for (int bit = 0; bit < kBits; ++bit) bits |= std::uint64_t{sums_[bit] > 0} << bit;
    return bits;
  }

 private:
  std::array<int, kBits> sums_{};
};

std::uint64_t signature_of(std::string_view text) {
  Signs signs;
  std::string_view before;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto token = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (token.empty()) continue;
    signs.add(mix(hash_bytes(token)));
    if (!before.empty()) signs.add(mix(hash_bytes(before) * 3 + hash_bytes(token)));
    before = token;
  }
  return signs.signature();
}

}  // namespace

std::vector<std::uint64_t> simhash(std::span<const std::string_view> texts, RunControl* control) {
  std::vector<std::uint64_t> result(texts.size());
  parallel_for(texts.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    if (control != nullptr) control->check();
    for (; begin < end; ++begin) result[begin] = signature_of(texts[begin]);
  });
  return result;
}

}  // namespace lockstep
