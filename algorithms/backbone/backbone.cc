#include "lockstep/algorithms/backbone.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "lockstep/algorithms/significance.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"

namespace lockstep {
namespace {

constexpr std::size_t kGrain = 1 << 10;
constexpr std::size_t kMuchLonger = 16;  // past this, to search beats to merge

std::uint32_t overlap(std::span<const std::uint32_t> few, std::span<const std::uint32_t> many) {
  if (few.size() > many.size()) std::swap(few, many);
  std::uint32_t count = 0;
  auto at = many.begin();
  for (const std::uint32_t object : few) {
    if (many.size() > kMuchLonger * few.size()) {
      at = std::lower_bound(at, many.end(), object);
    } else {
      while (at != many.end() && *at < object) ++at;
    }
    if (at == many.end()) break;
    count += *at == object ? 1 : 0;
  }
  return count;
}

void check_edge(const BackboneEdges& edges, std::size_t i) {
  const VertexId last = std::max(edges.source[i], edges.target[i]);
  if (last >= edges.vertex_count) {
    throw InvalidArgument("edge " + std::to_string(i) + " ends at " + std::to_string(last) +
                          ", past the " + std::to_string(edges.vertex_count) + " vertices");
  }
  if (edges.source[i] == edges.target[i]) {
    throw InvalidArgument("edge " + std::to_string(i) + " joins vertex " + std::to_string(last) +
                          " to itself; a backbone has no loops");
  }
  if (edges.weight.empty()) return;
  if (!(edges.weight[i] > 0.0 && std::isfinite(edges.weight[i]))) {
    throw InvalidArgument("weight " + std::to_string(i) + " is " + std::to_string(edges.weight[i]) +
                          "; give a positive number");
  }
}

}  // namespace

void check_edges(const BackboneEdges& edges, bool needs_weights) {
  if (edges.source.size() != edges.target.size() ||
      (!edges.weight.empty() && edges.weight.size() != edges.source.size())) {
    throw InvalidArgument("source, target and weight have different lengths");
  }
  if (needs_weights && edges.weight.empty() && !edges.source.empty()) {
    throw InvalidArgument("the edges have no weights, which this backbone is made from");
  }
  for (std::size_t i = 0; i < edges.source.size(); ++i) check_edge(edges, i);
}

void check_edges(const BackboneEdges& edges, const Incidence& incidence) {
  check_edges(edges, false);
  if (edges.vertex_count > incidence.account_count()) {
    throw InvalidArgument("the edges have " + std::to_string(edges.vertex_count) +
                          " vertices, the actions only " +
                          std::to_string(incidence.account_count()) + " accounts");
  }
}

std::vector<std::uint32_t> shared_objects(const BackboneEdges& edges, const Incidence& incidence) {
  check_edges(edges, incidence);
  std::vector<std::uint32_t> shared(edges.source.size());
  parallel_for(shared.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < end; ++i) {
      shared[i] =
          overlap(incidence.objects_of(edges.source[i]), incidence.objects_of(edges.target[i]));
    }
  });
  return shared;
}

void keep_discoveries(BackboneResult& result, const Incidence& incidence, double fdr) {
  if (!(fdr > 0.0 && fdr < 1.0)) {
    throw InvalidArgument("fdr is " + std::to_string(fdr) + "; give a rate above 0 and below 1");
  }
  std::uint64_t active = 0;
  for (AccountId account = 0; account < incidence.account_count(); ++account) {
    active += incidence.account_degree(account) > 0 ? 1 : 0;
  }
  const std::uint64_t pairs = active < 2 ? 0 : active * (active - 1) / 2;
  // Pairs with an account that did nothing may be listed; they count as tested too.
  const auto tests = std::max<std::uint64_t>(pairs, result.log10_p.size());
  result.q_value = benjamini_hochberg(result.log10_p, tests);
  result.kept.resize(result.q_value.size());
  std::transform(result.q_value.begin(), result.q_value.end(), result.kept.begin(),
                 [&](double q) { return static_cast<std::uint8_t>(q <= fdr); });
}

}  // namespace lockstep
