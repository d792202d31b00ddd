#pragma once

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lockstep/algorithms/coaction.h"
#include "lockstep/random.h"

namespace lockstep {

/// Counts sampled pairs of a projection again, from the loose rows.
class CoactionCheck {
 public:
  CoactionCheck(const ActionLog& log, std::int64_t window_s, std::uint64_t max_object_actions)
      : log_(log), window_s_(window_s), cap_(max_object_actions) {}

  /// Checks 1,000 pairs of the result and 2,000 pairs that met at random, each of which must be
  /// in the result with its count if `keep(source, target, objects)`, and else must not be.
  template <class Keep>
  [[nodiscard]] bool holds(const CoactionResult& result, const Keep& keep) const {
    const auto sample = draw(result);
    auto rows = rows_of(sample);
    return std::all_of(sample.begin(), sample.end(), [&](const Pair& pair) {
      const auto want = shared_objects(rows[pair.first], rows[pair.second]);
      const auto found = find(result, pair);
      return keep(pair.first, pair.second, want) ? found == want : found == 0;
    });
  }

 private:
  using Pair = std::pair<AccountId, AccountId>;
  using Rows = std::vector<std::pair<ObjectId, TimeS>>;

  [[nodiscard]] bool counts(std::size_t run) const {
    return cap_ == 0 || log_.offsets()[run + 1] - log_.offsets()[run] <= cap_;
  }

  [[nodiscard]] std::set<Pair> draw(const CoactionResult& result) const {
    SplitMix random(99);
    std::set<Pair> sample;
    for (int i = 0; i < 1000 && result.source.size() > 0; ++i) {
      const auto at = random.below(result.source.size());
      sample.emplace(result.source[at], result.target[at]);
    }
    for (int i = 0; i < 2000 && log_.size() > 0; ++i) {
      const auto row = random.below(log_.size());
      const auto other = std::min(row + 1 + random.below(8), log_.size() - 1);  // likely to meet
      const AccountId a = log_.accounts()[row];
      const AccountId b = log_.accounts()[other];
      if (a != b) sample.emplace(std::min(a, b), std::max(a, b));
    }
    return sample;
  }

  [[nodiscard]] std::unordered_map<AccountId, Rows> rows_of(const std::set<Pair>& sample) const {
    std::unordered_map<AccountId, Rows> rows;
    for (const auto& [a, b] : sample) rows[a], rows[b];
    for (std::size_t run = 0; run < log_.object_count(); ++run) {
      if (!counts(run)) continue;
      for (auto i = log_.offsets()[run]; i < log_.offsets()[run + 1]; ++i) {
        const auto found = rows.find(log_.accounts()[i]);
        if (found != rows.end()) found->second.emplace_back(log_.objects()[run], log_.times()[i]);
      }
    }
    return rows;
  }

  /// Rows come in (object, time) order: both lists are walked side by side.
  [[nodiscard]] std::uint32_t shared_objects(const Rows& a, const Rows& b) const {
    std::set<ObjectId> met;
    std::size_t begin = 0;
    for (const auto& [object, time] : a) {
      while (begin < b.size() &&
             (b[begin].first < object ||
              (b[begin].first == object && b[begin].second < time - window_s_))) {
        ++begin;
      }
      if (begin < b.size() && b[begin].first == object && b[begin].second <= time + window_s_) {
        met.insert(object);
      }
    }
    return static_cast<std::uint32_t>(met.size());
  }

  /// The count that the result gives a pair, 0 where it lacks it.
  [[nodiscard]] static std::uint32_t find(const CoactionResult& result, const Pair& pair) {
    const auto sources = result.source.view();
    const auto range = std::equal_range(sources.begin(), sources.end(), pair.first);
    const auto first = result.target.view().begin() + (range.first - sources.begin());
    const auto last = result.target.view().begin() + (range.second - sources.begin());
    const auto at = std::lower_bound(first, last, pair.second);
    if (at == last || *at != pair.second) return 0;
    return result.objects[static_cast<std::size_t>(at - result.target.view().begin())];
  }

  const ActionLog& log_;
  std::int64_t window_s_;
  std::uint64_t cap_;
};

}  // namespace lockstep
