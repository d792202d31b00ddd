#include <string_view>
#include <vector>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/near_duplicates.h"
#include "lockstep/algorithms/simhash.h"
#include "lockstep/error.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {
namespace {

/// Texts as Arrow has them: bytes, and where each begins.
std::vector<std::string_view> texts_of(std::span<const std::uint8_t> bytes,
                                       std::span<const std::int64_t> offsets) {
  std::vector<std::string_view> texts;
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
    if (offsets[i] < 0 || offsets[i + 1] < offsets[i] ||
        static_cast<std::size_t>(offsets[i + 1]) > bytes.size()) {
      throw InvalidArgument("offsets do not lie in the bytes");
    }
    texts.emplace_back(reinterpret_cast<const char*>(bytes.data()) + offsets[i],
                       static_cast<std::size_t>(offsets[i + 1] - offsets[i]));
  }
  return texts;
}

}  // namespace

void bind_texts(py::module_& m) {
  m.attr("NEAR_BITS") = kNearBits;
  m.attr("MOST_NEAR_BITS") = kMostNearBits;
  m.def(
      "simhash",
      [](const py::object& bytes, const py::object& offsets, RunControl* control) {
        const auto texts = texts_of(as_span<std::uint8_t>(bytes, "bytes"),
                                    as_span<std::int64_t>(offsets, "offsets"));
        return as_array(
            interruptible(control, [&](RunControl* shared) { return simhash(texts, shared); }));
      },
      py::arg("bytes"), py::arg("offsets"), py::kw_only(), py::arg("control") = nullptr,
      "64-bit SimHash of texts: tokens with a space between them.");
  m.def(
      "near_duplicates",
      [](const py::object& signature, const py::object& count, std::uint32_t max_bits,
         RunControl* control) {
        const auto signatures = as_span<std::uint64_t>(signature, "signature");
        const auto counts = as_span<std::uint64_t>(count, "count");
        return as_array(interruptible(control, [&](RunControl* shared) {
          return near_duplicates(signatures, counts, max_bits, shared);
        }));
      },
      py::arg("signature"), py::arg("count"), py::arg("max_bits") = kNearBits, py::kw_only(),
      py::arg("control") = nullptr, "The place of the leader of each signature's group.");
}

}  // namespace lockstep
