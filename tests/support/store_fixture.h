#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lockstep/store.h"
#include "support/temporary_folder.h"

namespace lockstep {

/// An action with external ids.
struct Action {
  std::string kind;
  std::string account;
  std::string object;
  TimeS time = 0;
  std::optional<std::string> target = std::nullopt;
};

/// Text ids as a column.
struct TextColumn {
  std::vector<std::int64_t> offsets{0};
  std::string text;
  void add(const std::string& id) {
    text += id;
    offsets.push_back(static_cast<std::int64_t>(text.size()));
  }
  [[nodiscard]] IdColumn view() const { return {{}, offsets, text}; }
};

/// Appends actions to a job as one batch.
inline std::vector<RejectedRow> append(IngestJob& job, const std::vector<Action>& actions) {
  TextColumn accounts;
  TextColumn objects;
  TextColumn targets;
  std::vector<TimeS> times;
  std::vector<std::uint16_t> kinds;
  std::vector<std::string> kind_names;
  std::vector<std::uint8_t> has_target;
  for (const auto& action : actions) {
    accounts.add(action.account);
    objects.add(action.object);
    targets.add(action.target.value_or(""));
    has_target.push_back(action.target ? 1 : 0);
    times.push_back(action.time);
    std::size_t kind = 0;
    while (kind < kind_names.size() && kind_names[kind] != action.kind) ++kind;
    if (kind == kind_names.size()) kind_names.push_back(action.kind);
    kinds.push_back(static_cast<std::uint16_t>(kind));
  }
  ActionBatch batch;
  batch.accounts = accounts.view();
  batch.objects = objects.view();
  batch.targets = targets.view();
  batch.has_target = has_target;
  batch.times = times;
  batch.kinds = kinds;
  batch.kind_names = kind_names;
  return job.append(batch);
}

/// Stores actions as one job.
inline JobReceipt ingest(Store& store, const std::string& hash,
                         const std::vector<Action>& actions) {
  auto job = store.begin_job(hash, "test of " + hash);
  append(job, actions);
  return job.commit(0, 1'700'000'000);
}

inline Store open_writer(const std::filesystem::path& path) {
  return Store::open(path, {.mode = StoreMode::kWrite});
}

}  // namespace lockstep
