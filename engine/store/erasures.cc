#include "erasures.h"

#include <algorithm>
#include <optional>
#include <sstream>

#include "../base/pseudonym.h"
#include "lockstep/error.h"
#include "numbered_rows.h"
#include "retention.h"

namespace lockstep {
namespace {

constexpr std::string_view kSaltKey = "salt";
constexpr std::string_view kMarkPrefix = "s-";

std::string bytes_of(const EraseReceipt& receipt) {
  std::ostringstream out;
  out << receipt.number << ' ' << receipt.epoch << ' ' << receipt.accounts << ' ' << receipt.objects
      << ' ' << receipt.rows << ' ' << receipt.targets << ' ' << receipt.jobs << ' '
      << receipt.erased_s << '\n';
  return out.str();
}

std::optional<EraseReceipt> parse_erasure(std::string_view text) {
  std::istringstream in{std::string(text)};
  EraseReceipt found;
  const bool good =
      static_cast<bool>(in >> found.number >> found.epoch >> found.accounts >> found.objects >>
                        found.rows >> found.targets >> found.jobs >> found.erased_s);
  return good ? std::optional(found) : std::nullopt;
}

}  // namespace

std::string Suppressed::mark_of(std::string_view stored_name) const {
  return pseudonym(salt_, "erased", stored_name);
}

bool Suppressed::contains(std::string_view stored_name) const {
  return any() && marks_.contains(mark_of(stored_name));
}

void Suppressed::add(std::string_view stored_name) {
  if (salt_.empty()) salt_ = random_name();
  marks_.insert(mark_of(stored_name));
}

Erasures Erasures::read(const Database& events, const std::filesystem::path& store) {
  Erasures found;
  const auto iterator = events.iterate(kManifest);
  for (iterator->Seek(kMarkPrefix); iterator->Valid() && iterator->key().starts_with(kMarkPrefix);
       iterator->Next()) {
    found.suppressed.marks_.emplace(iterator->key().ToStringView().substr(kMarkPrefix.size()));
  }
  iterator->Seek(kSaltKey);
  if (iterator->Valid() && iterator->key() == kSaltKey) {
    found.suppressed.salt_ = iterator->value().ToString();
  }
  read_numbered(*iterator, "x", "erasure", store,
                [&](std::string_view value, std::uint64_t number) {
                  const auto receipt = parse_erasure(value);
                  if (!receipt || receipt->number != number) return false;
                  found.done.push_back(*receipt);
                  return true;
                });
  events.check(*iterator);
  if (found.sum().accounts != found.suppressed.marks_.size()) {
    throw CorruptData("the manifest of " + store.string() + " has " +
                      std::to_string(found.suppressed.marks_.size()) + " marks of " +
                      std::to_string(found.sum().accounts) +
                      " erased accounts; restore it from a backup");
  }
  return found;
}

void Erasures::put_last(SortedFile& manifest) const {
  std::vector<std::string> marks(suppressed.marks_.begin(), suppressed.marks_.end());
  std::sort(marks.begin(), marks.end());
  for (const auto& mark : marks) manifest.put(std::string(kMarkPrefix) + mark, "");
  manifest.put(kSaltKey, suppressed.salt_);
  manifest.put(erasure_key(done.back().number), bytes_of(done.back()));
}

EraseReceipt Erasures::sum() const {
  EraseReceipt all;
  for (const auto& receipt : done) {
    all.accounts += receipt.accounts;
    all.objects += receipt.objects;
  }
  return all;
}

}  // namespace lockstep
