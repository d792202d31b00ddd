// The engine without Python: reads "account object time" rows (whole numbers) from standard
// input, prints the pairs of accounts that act together, with what chance would give.
//   printf '1 7 0\n2 7 30\n1 8 500\n2 8 510\n' | coaction

#include <iostream>
#include <vector>

#include "lockstep/algorithms/coaction.h"
#include "lockstep/algorithms/significance.h"
#include "lockstep/error.h"

int main() {
  using namespace lockstep;
  std::vector<AccountId> accounts;
  std::vector<ObjectId> objects;
  std::vector<TimeS> times;
  AccountId account = 0;
  ObjectId object = 0;
  TimeS time = 0;
  AccountId account_count = 0;
  while (std::cin >> account >> object >> time) {
    accounts.push_back(account);
    objects.push_back(object);
    times.push_back(time);
    account_count = std::max(account_count, account + 1);
  }
  try {
    constexpr std::int64_t kWindow = 60;
    constexpr std::uint32_t kObjects = 2;
    const auto log = ActionLog::from_columns(accounts, objects, times, account_count);
    const auto pairs = coaction(log, {.window_s = kWindow, .min_objects = kObjects});
    const auto tested = significance(pairs.source.view(), pairs.target.view(), pairs.objects.view(),
                                     layer_profile(log, kWindow), kObjects);
    const auto q = benjamini_hochberg(tested.log10_p, tested.testable);
    std::cout << "source target objects expected q\n";
    for (std::size_t i = 0; i < pairs.source.size(); ++i) {
      std::cout << pairs.source[i] << ' ' << pairs.target[i] << ' ' << pairs.objects[i] << ' '
                << tested.expected[i] << ' ' << q[i] << '\n';
    }
  } catch (const Error& error) {
    std::cerr << "coaction: " << error.what() << '\n';
    return 1;
  }
}
