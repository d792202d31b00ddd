#include "lockstep/algorithms/synchrony.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 11;
constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

void check(const BipartiteView& graph, std::span<const double> x, std::span<const double> y,
           const SynchronyOptions& options) {
  if (options.cells < 1 || options.cells > 1000) {
    throw InvalidArgument("cells is " + std::to_string(options.cells) + "; give 1 to 1000");
  }
  if (options.min_objects < 1) throw InvalidArgument("min_objects is 0; give at least 1");
  if (x.size() != graph.objects() || y.size() != graph.objects()) {
    throw InvalidArgument("features are of " + std::to_string(x.size()) + " and " +
                          std::to_string(y.size()) + " objects, the graph has " +
                          std::to_string(graph.objects()));
  }
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(x.begin(), x.end(), finite) || !std::all_of(y.begin(), y.end(), finite)) {
    throw InvalidArgument("a feature is not finite; leave its object out");
  }
}

/// The cell of each object along one axis, from 0; of those without accounts, 0.
std::vector<std::uint32_t> along(const BipartiteView& graph, std::span<const double> values,
                                 int cells) {
  double least = std::numeric_limits<double>::infinity();
  double largest = -least;
  for (std::size_t o = 0; o < values.size(); ++o) {
    if (graph.degree(graph.accounts + static_cast<VertexId>(o)) == 0) continue;
    least = std::min(least, values[o]);
    largest = std::max(largest, values[o]);
  }
  std::vector<std::uint32_t> cell(values.size(), 0);
  if (!(largest > least)) return cell;
  for (std::size_t o = 0; o < values.size(); ++o) {
    // Halved first: the span of two finite numbers need not be one.
    const double share = (values[o] / 2 - least / 2) / (largest / 2 - least / 2);
    cell[o] = static_cast<std::uint32_t>(
        std::clamp(std::floor(share * cells), 0.0, static_cast<double>(cells - 1)));
  }
  return cell;
}

/// All objects that somebody acted on, by the cell that they lie in.
struct Background {
  std::vector<std::uint32_t> cell;    // of each object
  std::vector<std::uint64_t> inside;  // objects in each cell
  std::uint64_t objects = 0;
  double filled = 0.0;  // M, cells with any
  double alike = 0.0;   // b.b
  bool even = false;    // M b.b is 1: every filled cell holds as many

  [[nodiscard]] double bound(double normality) const {
    if (even) return 1.0 / filled;
    return (2.0 * normality - filled * normality * normality - alike) / (1.0 - filled * alike);
  }
};

Background background(const BipartiteView& graph, std::span<const double> x,
                      std::span<const double> y, int cells) {
  Background all{along(graph, x, cells),
                 std::vector<std::uint64_t>(static_cast<std::size_t>(cells) *
                                            static_cast<std::size_t>(cells))};
  const auto rows = along(graph, y, cells);
  for (std::size_t o = 0; o < rows.size(); ++o) {
    all.cell[o] += rows[o] * static_cast<std::uint32_t>(cells);
    if (graph.degree(graph.accounts + static_cast<VertexId>(o)) == 0) continue;
    ++all.inside[all.cell[o]];
    ++all.objects;
  }
  const auto n = static_cast<double>(all.objects);
  std::uint64_t most = 0;
  std::uint64_t fewest = all.objects;
  for (const std::uint64_t inside : all.inside) {
    if (inside == 0) continue;
    all.filled += 1.0;
    all.alike += static_cast<double>(inside) / n * (static_cast<double>(inside) / n);
    most = std::max(most, inside);
    fewest = std::min(fewest, inside);
  }
  all.even = most == fewest;
  return all;
}

/// Counts an account's objects by cell. Whole numbers, so that their order is no matter.
struct Counter {
  std::vector<std::uint64_t> count;  // of each cell, 0 between two accounts
  std::vector<std::uint32_t> touched = {};

  void score(const BipartiteView& graph, const Background& all, VertexId account,
             SynchronyResult& result) {
    const auto row = graph.neighbours(account);
    for (const VertexId v : row) {
      const std::uint32_t cell = all.cell[v - graph.accounts];
      if (count[cell]++ == 0) touched.push_back(cell);
    }
    double within = 0.0;
    double common = 0.0;
    for (const std::uint32_t cell : touched) {
      within += static_cast<double>(count[cell] * count[cell]);
      common += static_cast<double>(count[cell] * all.inside[cell]);
      count[cell] = 0;
    }
    touched.clear();
    const auto d = static_cast<double>(row.size());
    result.synchronicity[account] = within / (d * d);
    result.normality[account] = common / (d * static_cast<double>(all.objects));
    result.bound[account] = all.bound(result.normality[account]);
    result.residual[account] = result.synchronicity[account] - result.bound[account];
  }
};

/// Residuals in standard deviations from their mean.
std::vector<double> standardised(const std::vector<double>& residual) {
  const auto sum = [&](const auto& term) {
    return parallel_reduce(
        residual.size(), kGrain, 0.0,
        [&](std::size_t begin, std::size_t end) {
          double part = 0.0;
          for (; begin < end; ++begin) {
            if (!std::isnan(residual[begin])) part += term(residual[begin]);
          }
          return part;
        },
        std::plus<>());
  };
  const double count = sum([](double) { return 1.0; });
  const double mean = sum([](double value) { return value; }) / count;
  const double spread =
      std::sqrt(sum([&](double value) { return (value - mean) * (value - mean); }) / count);
  std::vector<double> z(residual.size(), kMissing);
  for (std::size_t i = 0; i < z.size(); ++i) {
    if (!std::isnan(residual[i])) z[i] = spread > 0.0 ? (residual[i] - mean) / spread : 0.0;
  }
  return z;
}

}  // namespace

SynchronyResult synchrony(const BipartiteView& graph, std::span<const double> x,
                          std::span<const double> y, const SynchronyOptions& options,
                          RunControl* control) {
  check(graph, x, y, options);
  const Background all = background(graph, x, y, options.cells);
  const std::vector<double> missing(graph.accounts, kMissing);
  SynchronyResult result{missing, missing, missing, missing, {}};
  parallel_for_scratch(
      graph.accounts, kGrain,
      [&] { return Counter{std::vector<std::uint64_t>(all.inside.size())}; },
      [&](Counter& counter, std::size_t begin, std::size_t end) {
        if (control != nullptr) control->check();
        for (auto account = static_cast<VertexId>(begin); account < end; ++account) {
          if (graph.degree(account) >= options.min_objects) {
            counter.score(graph, all, account, result);
          }
        }
      });
  result.z = standardised(result.residual);
  return result;
}

}  // namespace lockstep
