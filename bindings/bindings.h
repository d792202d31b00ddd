#pragma once

#include <pybind11/pybind11.h>

namespace lockstep {

// One a bind_<name>.cc; module.cc calls each once.
void bind_action_log(pybind11::module_& m);
void bind_backbones(pybind11::module_& m);
void bind_cascade_losses(pybind11::module_& m);
void bind_cascade_order(pybind11::module_& m);
void bind_cauchy_combination(pybind11::module_& m);
void bind_texts(pybind11::module_& m);
void bind_betweenness(pybind11::module_& m);
void bind_bipartite_core(pybind11::module_& m);
void bind_breadth_first_search(pybind11::module_& m);
void bind_coaction(pybind11::module_& m);
void bind_connected_components(pybind11::module_& m);
void bind_core_numbers(pybind11::module_& m);
void bind_dense_blocks(pybind11::module_& m);
void bind_errors(pybind11::module_& m);
void bind_evidence(pybind11::module_& m);
void bind_directed_belief(pybind11::module_& m);
void bind_edge_overlap(pybind11::module_& m);
void bind_force_layout(pybind11::module_& m);
void bind_forward_push(pybind11::module_& m);
void bind_graph(pybind11::module_& m);
void bind_graph_snapshot(pybind11::module_& m);
void bind_label_propagation(pybind11::module_& m);
void bind_leiden(pybind11::module_& m);
void bind_linear_belief(pybind11::module_& m);
void bind_louvain(pybind11::module_& m);
void bind_pagerank(pybind11::module_& m);
void bind_partition(pybind11::module_& m);
void bind_propagation(pybind11::module_& m);
void bind_run_control(pybind11::module_& m);
void bind_significance(pybind11::module_& m);
void bind_spectral_embedding(pybind11::module_& m);
void bind_significant_coaction(pybind11::module_& m);
void bind_store(pybind11::module_& m);
void bind_case_store(pybind11::module_& m);
void bind_timing_test(pybind11::module_& m);
void bind_triangles(pybind11::module_& m);
void bind_stratified_significance(pybind11::module_& m);
void bind_sybilrank(pybind11::module_& m);
void bind_synchrony(pybind11::module_& m);
void bind_truncated_svd(pybind11::module_& m);

}  // namespace lockstep
