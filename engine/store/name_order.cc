#include "name_order.h"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <functional>

#include "lockstep/column.h"
#include "lockstep/parallel.h"
#include "radix_sort.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 14;
constexpr std::size_t kMostLetters = 16;  // that go into a word
using Bytes = std::bitset<256>;

unsigned byte_at(const std::string& name, std::size_t i) {
  return static_cast<unsigned char>(name[i]);
}

std::size_t shared_beginning(std::span<const std::string> names) {
  const std::string& first = names[0];
  return parallel_reduce(
      names.size(), kGrain, first.size(),
      [&](std::size_t begin, std::size_t end) {
        auto shared = first.size();
        for (auto i = begin; i < end; ++i) {
          const auto most = std::min(shared, names[i].size());
          const auto* const start = first.data();
          const auto differ = std::mismatch(start, start + most, names[i].data()).first;
          shared = static_cast<std::size_t>(differ - start);
        }
        return shared;
      },
      [](std::size_t a, std::size_t b) { return std::min(a, b); });
}

Bytes bytes_in_use(std::span<const std::string> names, std::size_t from) {
  return parallel_reduce(
      names.size(), kGrain, Bytes(),
      [&](std::size_t begin, std::size_t end) {
        Bytes bytes;
        for (auto i = begin; i < end; ++i) {
          const auto last = std::min(names[i].size(), from + kMostLetters);
          for (auto at = from; at < last; ++at) bytes.set(byte_at(names[i], at));
        }
        return bytes;
      },
      [](const Bytes& a, const Bytes& b) { return a | b; });
}

/// Turns the beginnings of names into numbers of the same order.
class Beginnings {
 public:
  /// Numbers have at most so many bits.
  Beginnings(std::span<const std::string> names, unsigned most_bits)
      : from_(shared_beginning(names)) {
    const auto used = bytes_in_use(names, from_);
    std::uint16_t rank = 0;  // the end of a name comes before every byte
    for (std::size_t byte = 0; byte < used.size(); ++byte) {
      if (used[byte]) rank_[byte] = ++rank;
    }
    letter_bits_ = static_cast<unsigned>(std::bit_width(std::max<unsigned>(rank, 1)));
    letters_ = std::min<unsigned>(kMostLetters, most_bits / letter_bits_);
  }

  [[nodiscard]] unsigned bits() const { return letters_ * letter_bits_; }
  [[nodiscard]] std::uint64_t of(const std::string& name) const {
    const auto last = std::min(name.size(), from_ + letters_);
    std::uint64_t number = 0;
    for (auto at = from_; at < last; ++at) {
      number = number << letter_bits_ | rank_[byte_at(name, at)];
    }
    return number << (from_ + letters_ - last) * letter_bits_;
  }

 private:
  std::size_t from_;
  std::array<std::uint16_t, 256> rank_{};
  unsigned letter_bits_ = 0;
  unsigned letters_ = 0;
};

/// Sorts the stretches of places whose names begin alike.
void sort_alike(std::span<const std::string> names, std::span<const std::uint64_t> words,
                unsigned tail, std::span<std::uint32_t> order) {
  constexpr std::size_t kLarge = 1 << 14;
  const auto less = [&](std::uint32_t a, std::uint32_t b) { return names[a] < names[b]; };
  std::vector<std::span<std::uint32_t>> alike;
  for_each_run(words, tail, [&](std::size_t begin, std::size_t end) {
    alike.push_back(order.subspan(begin, end - begin));
  });
  parallel_for(alike.size(), 64, [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i) {
      if (alike[i].size() < kLarge) std::sort(alike[i].begin(), alike[i].end(), less);
    }
  });
  for (const auto& places : alike) {
    if (places.size() >= kLarge) parallel_sort(places.begin(), places.end(), less);
  }
}

}  // namespace

std::vector<std::uint32_t> name_order(std::span<const std::string> names) {
  if (names.empty()) return {};
  const auto tail = static_cast<unsigned>(std::bit_width(names.size() - 1));
  const Beginnings beginnings(names, 64 - tail);
  Column<std::uint64_t> words(names.size());
  parallel_for(names.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i) words[i] = beginnings.of(names[i]) << tail | i;
  });
  const auto each = [&](std::size_t begin, std::size_t end, const auto& visit) {
    for (auto i = begin; i < end; ++i) visit(words[i]);
  };
  Column<std::uint64_t> sorted(names.size());
  radix_sort({beginnings.bits() + tail, tail}, each, sorted.view());
  std::vector<std::uint32_t> order(names.size());
  parallel_for(names.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    const auto mask = (std::uint64_t{1} << tail) - 1;
    for (auto i = begin; i < end; ++i) order[i] = static_cast<std::uint32_t>(sorted[i] & mask);
  });
  sort_alike(names, sorted.view(), tail, order);
  return order;
}

}  // namespace lockstep
