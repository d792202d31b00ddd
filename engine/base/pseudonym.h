#pragma once

#include <string>
#include <string_view>

namespace lockstep {

/// Keyed BLAKE2b (128 bits, as 32 hexadecimal digits) of `text` in a name space of its own.
/// Without the key nobody can tell whose id it is, nor try ids one by one.
[[nodiscard]] std::string pseudonym(std::string_view key, std::string_view space,
                                    std::string_view text);

/// 128 random bits as 32 hexadecimal digits.
[[nodiscard]] std::string random_name();

/// SHA-256 as 64 hexadecimal digits.
[[nodiscard]] std::string sha256(std::string_view text);

}  // namespace lockstep
