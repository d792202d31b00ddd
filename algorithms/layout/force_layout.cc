#include "lockstep/algorithms/force_layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "component_layout.h"
#include "lockstep/algorithms/connected_components.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "packing.h"
#include "start_places.h"

namespace lockstep {

namespace {

constexpr double kMargin = 1.0;        // around a component; two lone neighbours are 2 apart
constexpr double kLonelyShare = 0.1;   // of the area of all others, at most
constexpr std::size_t kAlone = 2'048;  // vertices from which a component has all threads

void check(const ForceLayoutOptions& options) {
  if (options.iterations < 1) {
    throw InvalidArgument("iterations is " + std::to_string(options.iterations) +
                          "; give at least 1");
  }
  const auto at_least_zero = [](const char* name, double value) {
    if (value >= 0.0 && std::isfinite(value)) return;
    throw InvalidArgument(std::string(name) + " is " + std::to_string(value) +
                          "; give a finite number of at least 0");
  };
  at_least_zero("theta", options.theta);
  at_least_zero("gravity", options.gravity);
}

double mean_weight(const CsrView& graph) {
  if (!graph.is_weighted()) return 1.0;
  const auto m = static_cast<double>(graph.arc_count());
  double mean = 0.0;
  for (const double weight : graph.weights) mean += weight / m;
  return mean;
}

/// The components, the largest first, each with where its vertices begin; and the lonely vertices.
struct Parts {
  std::vector<Component> components;
  std::vector<VertexId> lonely;
};

void add_rows(const CsrView& graph, const std::vector<VertexId>& local, double mean,
              Component& part) {
  part.offsets.push_back(0);
  for (const VertexId v : part.members) {
    for (EdgeIndex arc = graph.offsets[v]; arc < graph.offsets[v + 1ULL]; ++arc) {
      part.targets.push_back(local[graph.targets[arc]]);
      part.weights.push_back(static_cast<float>(graph.weight(arc) / mean));
    }
    part.offsets.push_back(part.targets.size());
  }
}

Parts split(const CsrView& graph, const std::vector<Point>& at, RunControl* control) {
  const auto found = connected_components(graph, control);
  Parts parts;
  std::vector<Component> all(found.components);
  std::vector<VertexId> local(graph.size());
  for (VertexId v = 0; v < graph.size(); ++v) {
    if (graph.degree(v) == 0) {
      parts.lonely.push_back(v);
      continue;
    }
    Component& part = all[found.component[v]];
    local[v] = static_cast<VertexId>(part.members.size());
    part.members.push_back(v);
    part.at.push_back(at[v]);
  }
  std::erase_if(all, [](const Component& part) { return part.members.empty(); });
  std::stable_sort(all.begin(), all.end(), [](const Component& a, const Component& b) {
    return a.members.size() > b.members.size();
  });
  const double mean = mean_weight(graph);
  for (Component& part : all) add_rows(graph, local, mean, part);
  parts.components = std::move(all);
  return parts;
}

void lay_out_all(std::vector<Component>& parts, const ForceLayoutOptions& options,
                 RunControl* control) {
  const auto small = std::find_if(parts.begin(), parts.end(), [](const Component& part) {
    return part.members.size() < kAlone;
  });
  for (auto part = parts.begin(); part != small; ++part) lay_out(*part, options, control);
  parallel_for(static_cast<std::size_t>(parts.end() - small), 1, [&](std::size_t i, std::size_t) {
    lay_out(small[static_cast<std::ptrdiff_t>(i)], options, control);
  });
}

Point lowest(const Component& part) {
  Point low = part.at.front();
  for (const Point& p : part.at) low = {std::min(low.x, p.x), std::min(low.y, p.y)};
  return low;
}

Box box_of(const Component& part) {
  const Point low = lowest(part);
  Point high = low;
  for (const Point& p : part.at) high = {std::max(high.x, p.x), std::max(high.y, p.y)};
  return {.width = static_cast<double>(high.x - low.x) + 2.0 * kMargin,
          .height = static_cast<double>(high.y - low.y) + 2.0 * kMargin};
}

/// Puts the components and a grid of lonely vertices side by side, in the unit square.
ForceLayoutResult assemble(VertexId n, const Parts& parts) {
  std::vector<Box> boxes;
  double area = 0.0;
  for (const Component& part : parts.components) {
    boxes.push_back(box_of(part));
    area += boxes.back().width * boxes.back().height;
  }
  const std::size_t lonely = parts.lonely.size();
  const auto columns = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(lonely))));
  double cell = 2.0 * kMargin;
  if (lonely > 0) {
    const auto cells = static_cast<double>(lonely);
    if (area > 0.0) cell = std::min(cell, std::sqrt(kLonelyShare * area / cells));
    const auto rows = static_cast<double>((lonely + columns - 1) / columns);
    boxes.push_back({.width = cell * static_cast<double>(columns), .height = cell * rows});
  }
  const double side = pack(boxes);
  ForceLayoutResult result{std::vector<double>(n), std::vector<double>(n)};
  const auto put = [&](VertexId v, double x, double y) {
    result.x[v] = std::clamp(x / side, 0.0, 1.0);
    result.y[v] = std::clamp(y / side, 0.0, 1.0);
  };
  for (std::size_t p = 0; p < parts.components.size(); ++p) {
    const Component& part = parts.components[p];
    const Point low = lowest(part);
    for (std::size_t i = 0; i < part.members.size(); ++i) {
      put(part.members[i], boxes[p].x + kMargin + static_cast<double>(part.at[i].x - low.x),
          boxes[p].y + kMargin + static_cast<double>(part.at[i].y - low.y));
    }
  }
  for (std::size_t i = 0; i < lonely; ++i) {
    put(parts.lonely[i], boxes.back().x + cell * (static_cast<double>(i % columns) + 0.5),
        boxes.back().y + cell * (static_cast<double>(i / columns) + 0.5));
  }
  return result;
}

}  // namespace

ForceLayoutResult force_layout(const CsrView& graph, const ForceLayoutOptions& options,
                               const ForceLayoutStart& start, RunControl* control) {
  check(options);
  const auto at = start_places(graph, start, options.seed);
  if (control != nullptr) control->check();
  if (graph.size() == 0) return {};
  Parts parts = split(graph, at, control);
  if (control != nullptr) {
    const auto moving = static_cast<std::uint64_t>(graph.size() - parts.lonely.size());
    control->expect(moving * static_cast<std::uint64_t>(options.iterations));
  }
  lay_out_all(parts.components, options, control);
  return assemble(graph.size(), parts);
}

}  // namespace lockstep
