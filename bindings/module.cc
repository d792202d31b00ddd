#include "bindings.h"

PYBIND11_MODULE(_core, m) {
  m.doc() = "C++ core of Lockstep; use the `lockstep` package.";
  m.attr("__version__") = LOCKSTEP_VERSION;
  lockstep::bind_errors(m);
  lockstep::bind_run_control(m);
  lockstep::bind_action_log(m);
  lockstep::bind_coaction(m);
  lockstep::bind_significance(m);
  lockstep::bind_significant_coaction(m);
  lockstep::bind_evidence(m);
  lockstep::bind_graph(m);
  lockstep::bind_graph_snapshot(m);
  lockstep::bind_partition(m);
  lockstep::bind_leiden(m);
  lockstep::bind_louvain(m);
  lockstep::bind_label_propagation(m);
  lockstep::bind_propagation(m);
  lockstep::bind_backbones(m);
  lockstep::bind_cascade_losses(m);
  lockstep::bind_cascade_order(m);
  lockstep::bind_cauchy_combination(m);
  lockstep::bind_texts(m);
  lockstep::bind_betweenness(m);
  lockstep::bind_bipartite_core(m);
  lockstep::bind_breadth_first_search(m);
  lockstep::bind_connected_components(m);
  lockstep::bind_core_numbers(m);
  lockstep::bind_dense_blocks(m);
  lockstep::bind_force_layout(m);
  lockstep::bind_forward_push(m);
  lockstep::bind_directed_belief(m);
  lockstep::bind_edge_overlap(m);
  lockstep::bind_linear_belief(m);
  lockstep::bind_stratified_significance(m);
  lockstep::bind_sybilrank(m);
  lockstep::bind_pagerank(m);
  lockstep::bind_spectral_embedding(m);
  lockstep::bind_synchrony(m);
  lockstep::bind_timing_test(m);
  lockstep::bind_triangles(m);
  lockstep::bind_truncated_svd(m);
  lockstep::bind_store(m);
  lockstep::bind_case_store(m);
}
