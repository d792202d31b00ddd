#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

/// The places of names in `names` in the order of the names, byte by byte. Mostly without
/// comparing them: what follows on the beginning that all share is packed into words, the more of
/// it the fewer characters there are to tell apart.
[[nodiscard]] std::vector<std::uint32_t> name_order(std::span<const std::string> names);

}  // namespace lockstep
