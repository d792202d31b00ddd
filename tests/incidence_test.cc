#include "lockstep/incidence.h"

#include <gtest/gtest.h>

#include "lockstep/parallel.h"
#include "support/backbone_input.h"

namespace lockstep {
namespace {

TEST(Incidence, HoldsEachAccountAndObjectOnceWithItsActions) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const auto columns = random_columns(seed, 20 + 10 * seed, 25, 15, 1000);
    const std::uint64_t cap = seed % 3 == 0 ? 30 : 0;
    const auto log = columns.log();
    const Incidence incidence(log, cap);
    std::map<ObjectId, std::uint64_t> popularity;
    for (const auto object : columns.objects) ++popularity[object];
    std::map<std::pair<AccountId, ObjectId>, double> found;
    std::size_t entries = 0;
    for (AccountId account = 0; account < 25; ++account) {
      const auto objects = incidence.objects_of(account);
      ASSERT_TRUE(std::is_sorted(objects.begin(), objects.end()));
      entries += objects.size();
      for (std::size_t i = 0; i < objects.size(); ++i) {
        found[{account, log.objects()[objects[i]]}] = incidence.actions_of(account)[i];
      }
    }
    auto want = action_counts(columns);
    std::erase_if(
        want, [&](const auto& entry) { return cap != 0 && popularity[entry.first.second] > cap; });
    EXPECT_EQ(found, want);
    EXPECT_EQ(entries, incidence.entries());
    for (std::uint32_t object = 0; object < incidence.object_count(); ++object) {
      const auto accounts = incidence.accounts_of(object);
      ASSERT_TRUE(std::is_sorted(accounts.begin(), accounts.end()));
      for (const auto account : accounts) {
        EXPECT_EQ(want.count({account, log.objects()[object]}), 1U);
      }
      entries -= accounts.size();
    }
    EXPECT_EQ(entries, 0U);
  }
}

TEST(Incidence, OfNothingIsEmpty) {
  const Incidence none{ActionLog()};
  EXPECT_EQ(none.account_count(), 0U);
  EXPECT_EQ(none.entries(), 0U);
}

}  // namespace
}  // namespace lockstep
