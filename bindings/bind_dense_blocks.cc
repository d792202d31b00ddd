#include <utility>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/dense_blocks.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {

void bind_dense_blocks(py::module_& m) {
  constexpr DenseBlocksOptions kDefaults;
  m.attr("BLOCKS") = kDefaults.blocks;
  m.attr("BLOCK_OFFSET") = kDefaults.offset;
  m.def(
      "dense_blocks",
      [](const Graph& graph, VertexId accounts, int blocks, double offset, RunControl* control) {
        auto found = interruptible(control, [&](RunControl* shared) {
          return dense_blocks(bipartite(graph, accounts), {blocks, offset}, shared);
        });
        py::list rows;
        for (DenseBlock& block : found.blocks) {
          rows.append(py::make_tuple(as_array(std::move(block.accounts)),
                                     as_array(std::move(block.objects)), block.edges,
                                     block.density));
        }
        return rows;
      },
      py::arg("graph"), py::arg("accounts"), py::kw_only(), py::arg("blocks") = kDefaults.blocks,
      py::arg("offset") = kDefaults.offset, py::arg("control") = nullptr,
      "Find dense blocks one after another: accounts, objects, edges and density of each.");
}

}  // namespace lockstep
