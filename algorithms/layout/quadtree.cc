#include "quadtree.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace lockstep {

namespace {

constexpr int kBits = 16;            // a side; more than a screen has
constexpr std::uint32_t kLeaf = 8;   // points that a leaf may hold
constexpr float kSoftening = 1e-6F;  // keeps forces finite where points coincide

/// Puts a zero after each of 16 bits.
std::uint32_t spread(std::uint32_t bits) {
  bits = (bits | (bits << 8)) & 0x00ff00ffU;
  bits = (bits | (bits << 4)) & 0x0f0f0f0fU;
  bits = (bits | (bits << 2)) & 0x33333333U;
  return (bits | (bits << 1)) & 0x55555555U;
}

std::uint32_t curve_of(std::uint64_t key) { return static_cast<std::uint32_t>(key >> 32); }

/// Sorts by the upper half of each number, a byte at a time.
void radix_sort(std::vector<std::uint64_t>& keys, std::vector<std::uint64_t>& spare) {
  spare.resize(keys.size());
  for (int shift = 32; shift < 64; shift += 8) {
    std::array<std::uint32_t, 257> begin{};
    for (const auto key : keys) ++begin[((key >> shift) & 0xff) + 1];
    for (std::size_t b = 1; b < begin.size(); ++b) begin[b] += begin[b - 1];
    for (const auto key : keys) spare[begin[(key >> shift) & 0xff]++] = key;
    keys.swap(spare);
  }
}

float gap(float value, float low, float high) {
  return std::max(0.0F, std::max(low - value, value - high));
}

}  // namespace

void Quadtree::sort_by_curve(std::span<const Point> points) {
  Point low = points.front();
  Point high = low;
  for (const Point& p : points) {
    low = {std::min(low.x, p.x), std::min(low.y, p.y)};
    high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  }
  side_ = std::max({high.x - low.x, high.y - low.y, 1e-20F});
  const float scale = static_cast<float>((1 << kBits) - 1) / side_;
  keys_.resize(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto column = static_cast<std::uint32_t>((points[i].x - low.x) * scale);
    const auto row = static_cast<std::uint32_t>((points[i].y - low.y) * scale);
    const std::uint64_t curve = spread(column) | (spread(row) << 1);
    keys_[i] = (curve << 32) | i;
  }
  radix_sort(keys_, spare_);
}

void Quadtree::build(std::span<const Point> points, std::span<const float> masses) {
  const std::size_t n = points.size();
  nodes_.clear();
  order_.resize(n);
  at_.resize(n);
  mass_.resize(n);
  if (n == 0) return;
  sort_by_curve(points);
  for (std::size_t i = 0; i < n; ++i) {
    const auto v = static_cast<VertexId>(keys_[i]);
    order_[i] = v;
    at_[i] = points[v];
    mass_[i] = masses[v];
  }
  add_node(0, static_cast<std::uint32_t>(n), 0);
}

void Quadtree::add_node(std::uint32_t begin, std::uint32_t end, int level) {
  const std::size_t own = nodes_.size();
  const bool leaf = end - begin <= kLeaf || level == kBits;
  nodes_.push_back({.side = std::ldexp(side_, -level), .begin = begin, .end = end, .leaf = leaf});
  double x = 0.0;
  double y = 0.0;
  double mass = 0.0;
  const auto add = [&](const Point& at, float weight) {
    x += static_cast<double>(at.x) * static_cast<double>(weight);
    y += static_cast<double>(at.y) * static_cast<double>(weight);
    mass += static_cast<double>(weight);
  };
  if (leaf) {
    for (std::uint32_t i = begin; i < end; ++i) add(at_[i], mass_[i]);
  } else {
    const int shift = 2 * (kBits - 1 - level);
    for (std::uint32_t from = begin; from < end;) {
      const std::uint32_t quarter = curve_of(keys_[from]) >> shift;
      const auto last =
          std::find_if(keys_.begin() + from, keys_.begin() + end,
                       [&](std::uint64_t key) { return curve_of(key) >> shift != quarter; });
      const auto to = static_cast<std::uint32_t>(last - keys_.begin());
      const std::size_t child = nodes_.size();
      add_node(from, to, level + 1);
      add({nodes_[child].x, nodes_[child].y}, nodes_[child].mass);
      from = to;
    }
  }
  Node& node = nodes_[own];
  node.x = static_cast<float>(x / mass);
  node.y = static_cast<float>(y / mass);
  node.mass = static_cast<float>(mass);
  node.next = static_cast<std::uint32_t>(nodes_.size());
}

void Quadtree::collect(std::size_t group, float theta, Sources& sources) const {
  const std::size_t begin = group * kGroup;
  const std::size_t end = std::min(begin + kGroup, at_.size());
  Point low = at_[begin];
  Point high = low;
  for (std::size_t i = begin + 1; i < end; ++i) {
    low = {std::min(low.x, at_[i].x), std::min(low.y, at_[i].y)};
    high = {std::max(high.x, at_[i].x), std::max(high.y, at_[i].y)};
  }
  sources.at.clear();
  sources.mass.clear();
  for (std::size_t i = 0; i < nodes_.size();) {
    const Node& node = nodes_[i];
    const float dx = gap(node.x, low.x, high.x);
    const float dy = gap(node.y, low.y, high.y);
    if (node.side * node.side < theta * theta * (dx * dx + dy * dy)) {
      sources.at.push_back({node.x, node.y});
      sources.mass.push_back(node.mass);
      i = node.next;
    } else if (node.leaf) {
      sources.at.insert(sources.at.end(), at_.begin() + node.begin, at_.begin() + node.end);
      sources.mass.insert(sources.mass.end(), mass_.begin() + node.begin, mass_.begin() + node.end);
      i = node.next;
    } else {
      ++i;
    }
  }
}

void Quadtree::repulsion(std::size_t group, float theta, Sources& sources,
                         std::span<Point> force) const {
  collect(group, theta, sources);
  const std::size_t begin = group * kGroup;
  const std::size_t count = std::min(kGroup, at_.size() - begin);
  // Lanes of fixed number, so that compilers keep them in vector registers.
  std::array<float, kGroup> x{};
  std::array<float, kGroup> y{};
  std::array<float, kGroup> fx{};
  std::array<float, kGroup> fy{};
  for (std::size_t lane = 0; lane < count; ++lane) {
    x[lane] = at_[begin + lane].x;
    y[lane] = at_[begin + lane].y;
  }
  for (std::size_t s = 0; s < sources.at.size(); ++s) {
    const Point at = sources.at[s];
    const float mass = sources.mass[s];
    for (std::size_t lane = 0; lane < kGroup; ++lane) {
      const float dx = x[lane] - at.x;
      const float dy = y[lane] - at.y;
      const float push = mass / (dx * dx + dy * dy + kSoftening);
      fx[lane] += dx * push;
      fy[lane] += dy * push;
    }
  }
  for (std::size_t lane = 0; lane < count; ++lane) {
    const float mass = mass_[begin + lane];
    force[order_[begin + lane]] = {fx[lane] * mass, fy[lane] * mass};
  }
}

}  // namespace lockstep
