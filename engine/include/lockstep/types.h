#pragma once

#include <cstdint>

namespace lockstep {

using AccountId = std::uint32_t;  ///< dense account number, in the order first seen
using ObjectId = std::uint32_t;   ///< dense object number, in the order first seen
using VertexId = std::uint32_t;   ///< dense vertex number of a graph
using EdgeIndex = std::uint64_t;  ///< position in an edge array
using TimeS = std::int64_t;       ///< UTC seconds since 1970-01-01

}  // namespace lockstep
