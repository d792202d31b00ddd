#include <algorithm>
#include <cmath>

#include "lockstep/algorithms/synchrony.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 12;
constexpr int kRounds = 30;
constexpr double kLeast = 1e-12;

/// Gives the `count` vertices from `first` on the sum of their neighbours' scores, the largest
/// sum being 1.
void spread(const BipartiteView& graph, VertexId first, std::size_t count,
            std::vector<double>& score) {
  const double largest = parallel_reduce(
      count, kGrain, 0.0,
      [&](std::size_t begin, std::size_t end) {
        double most = 0.0;
        for (; begin < end; ++begin) {
          const VertexId v = first + static_cast<VertexId>(begin);
          double sum = 0.0;
          for (const VertexId u : graph.neighbours(v)) sum += score[u];
          score[v] = sum;
          most = std::max(most, sum);
        }
        return most;
      },
      [](double a, double b) { return std::max(a, b); });
  if (largest == 0.0) return;
  parallel_for(count, kGrain, [&](std::size_t begin, std::size_t end) {
    for (; begin < end; ++begin) score[first + begin] /= largest;
  });
}

}  // namespace

ObjectFeatures object_features(const BipartiteView& graph, RunControl* control) {
  std::vector<double> score(graph.size(), 1.0);
  for (int round = 0; round < kRounds; ++round) {
    if (control != nullptr) control->check();
    spread(graph, 0, graph.accounts, score);
    spread(graph, graph.accounts, graph.objects(), score);
  }
  ObjectFeatures features{std::vector<double>(graph.objects()),
                          std::vector<double>(graph.objects())};
  parallel_for(graph.objects(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (; begin < end; ++begin) {
      const VertexId v = graph.accounts + static_cast<VertexId>(begin);
      features.x[begin] = std::log10(std::max(1.0, static_cast<double>(graph.degree(v))));
      features.y[begin] = std::log10(std::max(kLeast, score[v]));
    }
  });
  return features;
}

}  // namespace lockstep
