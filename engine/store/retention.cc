#include "retention.h"

#include <sstream>

#include "block.h"

namespace lockstep {

namespace {

std::string numbered_key(char letter, std::uint64_t number) {
  std::string key(1, letter);
  put_big_endian(key, number, 8);
  return key;
}

}  // namespace

std::string retention_key(std::uint64_t number) { return numbered_key('r', number); }

std::string erasure_key(std::uint64_t number) { return numbered_key('x', number); }

std::string forgetting_key(std::uint64_t number) { return numbered_key('f', number); }

std::string bytes_of(const ForgetReceipt& receipt) {
  std::ostringstream out;
  out << receipt.number << ' ' << receipt.drop << ' ' << receipt.accounts << ' ' << receipt.objects
      << ' ' << receipt.forgotten_s << '\n';
  return out.str();
}

std::optional<ForgetReceipt> parse_forgetting(std::string_view text) {
  std::istringstream in{std::string(text)};
  ForgetReceipt found;
  const bool good = static_cast<bool>(in >> found.number >> found.drop >> found.accounts >>
                                      found.objects >> found.forgotten_s);
  return good ? std::optional(found) : std::nullopt;
}

void Retention::cut_job(const JobReceipt& job, const KeptRows& before, const KeptRows& lost) {
  const KeptRows left{before.rows - lost.rows, before.checksum - lost.checksum};
  cut.erase(job.epoch);
  if (left.rows != 0 || job.last_s >= receipt.before_s) cut[job.epoch] = left;
}

std::string Retention::bytes() const {
  std::ostringstream out;
  out << receipt.number << ' ' << receipt.epoch << ' ' << receipt.before_s << ' '
      << receipt.dropped_s << ' ' << receipt.rows << ' ' << receipt.jobs << '\n'
      << totals.accounts << ' ' << totals.objects << ' ' << totals.kinds.size() << '\n';
  for (const auto& kind : totals.kinds) {
    out << kind.name << ' ' << kind.actions << ' ' << kind.first_s << ' ' << kind.last_s << '\n';
  }
  for (const auto& [epoch, kept] : cut) {
    out << epoch << ' ' << kept.rows << ' ' << kept.checksum << '\n';
  }
  return out.str();
}

std::optional<Retention> Retention::parse(std::string_view text) {
  std::istringstream in{std::string(text)};
  Retention found;
  auto& receipt = found.receipt;
  std::size_t kinds = 0;
  if (!(in >> receipt.number >> receipt.epoch >> receipt.before_s >> receipt.dropped_s >>
        receipt.rows >> receipt.jobs >> found.totals.accounts >> found.totals.objects >> kinds)) {
    return std::nullopt;
  }
  for (KindInfo kind; found.totals.kinds.size() < kinds;) {
    if (!(in >> kind.name >> kind.actions >> kind.first_s >> kind.last_s)) return std::nullopt;
    found.totals.kinds.push_back(kind);
  }
  std::uint64_t epoch = 0;
  for (KeptRows kept; in >> epoch >> kept.rows >> kept.checksum;) found.cut[epoch] = kept;
  return in.eof() ? std::optional(std::move(found)) : std::nullopt;
}

KeptRows what_is_left(const std::vector<Retention>& done, const JobReceipt& job) {
  if (done.empty() || job.epoch > done.back().receipt.epoch) return {job.accepted, job.checksum};
  const auto& cut = done.back().cut;
  if (const auto found = cut.find(job.epoch); found != cut.end()) return found->second;
  for (const auto& retention : done) {
    const bool before = job.accepted == 0 || job.last_s < retention.receipt.before_s;
    if (job.epoch <= retention.receipt.epoch && before) return {};
  }
  return {job.accepted, job.checksum};
}

}  // namespace lockstep
