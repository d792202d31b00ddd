#include "lockstep/algorithms/near_duplicates.h"

#include <bit>
#include <string>
#include <unordered_map>

#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::uint32_t kNone = ~0U;
constexpr std::size_t kCheckEvery = 1 << 12;

/// Leaders, numbered as they come, by bands of bits: of two signatures that differ in fewer bits
/// than there are bands, one band at least is the same.
class Leaders {
 public:
  explicit Leaders(std::uint32_t max_bits) : max_bits_(max_bits), bands_(max_bits + 1) {}

  void add(std::uint64_t signature) {
    for (std::size_t band = 0; band < bands_.size(); ++band) {
      bands_[band][key(signature, band)].push_back({signature, count_});
    }
    ++count_;
  }

  /// The number of the nearest, the earliest of equals; kNone where none is near.
  [[nodiscard]] std::uint32_t nearest(std::uint64_t signature) const {
    std::uint32_t best = kNone;
    auto fewest = max_bits_ + 1;
    for (std::size_t band = 0; band < bands_.size(); ++band) {
      const auto found = bands_[band].find(key(signature, band));
      if (found == bands_[band].end()) continue;
      for (const Leader& leader : found->second) {
        const auto bits = static_cast<std::uint32_t>(std::popcount(signature ^ leader.signature));
        if (bits > max_bits_) continue;
        if (bits < fewest || (bits == fewest && leader.number < best)) {
          fewest = bits;
          best = leader.number;
        }
      }
    }
    return best;
  }

 private:
  struct Leader {
    std::uint64_t signature;
    std::uint32_t number;
  };

  [[nodiscard]] std::uint64_t key(std::uint64_t signature, std::size_t band) const {
    const std::size_t begin = 64 * band / bands_.size();
    const std::size_t end = 64 * (band + 1) / bands_.size();
    return signature << (64 - end) >> (64 - end + begin);
  }

  std::uint32_t max_bits_;
  std::uint32_t count_ = 0;
  std::vector<std::unordered_map<std::uint64_t, std::vector<Leader>>> bands_;
};

std::vector<std::uint32_t> by_count(std::span<const std::uint64_t> signature,
                                    std::span<const std::uint64_t> count) {
  std::vector<std::uint32_t> order(signature.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  parallel_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (count[a] != count[b]) return count[a] > count[b];
    return signature[a] != signature[b] ? signature[a] < signature[b] : a < b;
  });
  return order;
}

}  // namespace

std::vector<std::uint32_t> near_duplicates(std::span<const std::uint64_t> signature,
                                           std::span<const std::uint64_t> count,
                                           std::uint32_t max_bits, RunControl* control) {
  if (signature.size() != count.size()) {
    throw InvalidArgument("signature and count have different lengths");
  }
  if (max_bits > kMostNearBits) {
    throw InvalidArgument("max_bits is " + std::to_string(max_bits) + "; give 0 to " +
                          std::to_string(kMostNearBits));
  }
  if (signature.size() >= kNone) {
    throw InvalidArgument(std::to_string(signature.size()) + " signatures are too many");
  }
  Leaders leaders(max_bits);
  std::vector<std::uint32_t> place_of;  // of each leader
  std::vector<std::uint32_t> result(signature.size());
  std::size_t done = 0;
  for (const std::uint32_t place : by_count(signature, count)) {
    if (control != nullptr && done++ % kCheckEvery == 0) control->check();
    const auto near = leaders.nearest(signature[place]);
    result[place] = near == kNone ? place : place_of[near];
    if (near != kNone) continue;
    leaders.add(signature[place]);
    place_of.push_back(place);
  }
  return result;
}

}  // namespace lockstep
