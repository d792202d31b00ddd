#pragma once

#include <string_view>

namespace lockstep {

/// Whether bytes are UTF-8 as RFC 3629 has it: no overlong form, no surrogate, nothing past
/// U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace lockstep
