#include "packing.h"

#include <algorithm>
#include <cmath>

namespace lockstep {

double pack(std::span<Box> boxes) {
  double area = 0.0;
  double width = 0.0;
  for (const Box& box : boxes) {
    area += box.width * box.height;
    width = std::max(width, box.width);
  }
  // Rows waste some of their height; a little more width keeps the whole about as wide as high.
  width = std::max(width, 1.1 * std::sqrt(area));
  double x = 0.0;
  double y = 0.0;
  double row = 0.0;
  double used = 0.0;
  for (Box& box : boxes) {
    if (x > 0.0 && x + box.width > width) {
      y += row;
      x = row = 0.0;
    }
    box.x = x;
    box.y = y;
    x += box.width;
    row = std::max(row, box.height);
    used = std::max(used, x);
  }
  const double side = std::max(used, y + row);
  for (Box& box : boxes) {
    box.x += 0.5 * (side - used);
    box.y += 0.5 * (side - y - row);
  }
  return side;
}

}  // namespace lockstep
