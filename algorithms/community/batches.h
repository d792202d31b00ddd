#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/types.h"

namespace lockstep {

/// A well mixed number of 64 bits from two.
[[nodiscard]] std::uint64_t mixed(std::uint64_t a, std::uint64_t b);

/// Which vertices decide at the same time.
enum class Together {
  kBlocks,    ///< batches at random, neighbours in number always in one: quick on their memory
  kStrewn,    ///< each on its own in a batch at random, another in each pass
  kOneByOne,  ///< none
};

/// The flagged vertices of one pass, split at random into batches whose members decide at the
/// same time. Neighbours seldom share a batch, and no batch depends on the number of threads.
class Batches {
 public:
  /// Collects the vertices whose flag is set; `salt` decides who goes together. Few vertices come
  /// one by one in any case, as one batch in random order.
  void collect(const std::vector<std::uint8_t>& flags, std::uint64_t salt,
               Together together = Together::kBlocks);

  [[nodiscard]] std::size_t size() const { return vertices_.size(); }
  /// Whether members are to decide one after another.
  [[nodiscard]] bool is_sequential() const { return bounds_.size() == 2; }
  [[nodiscard]] std::size_t count() const { return bounds_.size() - 1; }
  /// Ascending in each batch, unless sequential.
  [[nodiscard]] std::span<const VertexId> batch(std::size_t i) const {
    return std::span(vertices_).subspan(bounds_[i], bounds_[i + 1] - bounds_[i]);
  }

 private:
  void shuffle_all(const std::vector<std::uint8_t>& flags, std::uint64_t salt);
  void scatter(const std::vector<std::uint8_t>& flags, std::uint64_t salt, std::size_t batches,
               int block_bits);

  std::vector<VertexId> vertices_;
  std::vector<std::size_t> bounds_{0, 0};
};

}  // namespace lockstep
