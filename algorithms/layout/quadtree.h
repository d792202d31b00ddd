#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lockstep/types.h"

namespace lockstep {

struct Point {
  float x = 0.0F;
  float y = 0.0F;
};

/// Points in the order of a space-filling curve under a flat quadtree, to add up what all of them
/// do to each. Kept between builds for its memory.
class Quadtree {
 public:
  /// Points that `repulsion` handles at once, neighbours on the curve.
  static constexpr std::size_t kGroup = 8;

  /// O(n) by a radix sort on 16 bits a side; `masses` are one a point.
  void build(std::span<const Point> points, std::span<const float> masses);

  [[nodiscard]] std::size_t groups() const { return (order_.size() + kGroup - 1) / kGroup; }

  /// Points, or cells far enough, that act on a group.
  struct Sources {
    std::vector<Point> at;
    std::vector<float> mass;
  };

  /// Sets `force` of the points of a group to the sum over all others of mass * their mass /
  /// distance, away from them. A cell acts as one point at its centre of mass where its side is
  /// below theta times the distance from there to the box of the group.
  void repulsion(std::size_t group, float theta, Sources& sources, std::span<Point> force) const;

 private:
  struct Node {
    float x = 0.0F;
    float y = 0.0F;
    float mass = 0.0F;
    float side = 0.0F;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t next = 0;  ///< first node after those below this one
    bool leaf = false;
  };

  void sort_by_curve(std::span<const Point> points);
  void add_node(std::uint32_t begin, std::uint32_t end, int level);
  void collect(std::size_t group, float theta, Sources& sources) const;

  std::vector<std::uint64_t> keys_;  ///< place on the curve, then the point
  std::vector<std::uint64_t> spare_;
  std::vector<VertexId> order_;
  std::vector<Point> at_;    ///< by the curve
  std::vector<float> mass_;  ///< by the curve
  std::vector<Node> nodes_;  ///< parents before children
  float side_ = 0.0F;        ///< of the square around all points
};

}  // namespace lockstep
