#include <string>
#include <utility>
#include <vector>

#include "bindings.h"
#include "interruptible.h"
#include "lockstep/algorithms/bicm_backbone.h"
#include "lockstep/algorithms/disparity_filter.h"
#include "lockstep/algorithms/hypergeometric_backbone.h"
#include "lockstep/algorithms/noise_corrected.h"
#include "lockstep/algorithms/tfidf_backbone.h"
#include "lockstep/algorithms/weight_threshold.h"
#include "numpy.h"

namespace py = pybind11;

namespace lockstep {
namespace {

/// Binds a backbone of weights and one number: `function(edges, level)`.
template <class Function>
void bind_weighted(py::module_& m, const char* name, const char* level, const char* text,
                   const Function& function) {
  m.def(
      name,
      [function](VertexId vertex_count, const py::object& source, const py::object& target,
                 const py::object& weight, double at) {
        const BackboneEdges edges{vertex_count, as_span<VertexId>(source, "source"),
                                  as_span<VertexId>(target, "target"),
                                  as_span<double>(weight, "weight")};
        return interruptible(nullptr, [&](RunControl*) { return function(edges, at); });
      },
      py::arg("vertex_count"), py::arg("source"), py::arg("target"), py::arg("weight"),
      py::arg(level), text);
}

/// Binds a backbone of who acted on what: `function(edges, incidence, level)`.
template <class Function>
void bind_of_actions(py::module_& m, const char* name, const char* level, const char* text,
                     const Function& function) {
  m.def(
      name,
      [function](const Incidence& incidence, const py::object& source, const py::object& target,
                 double at) {
        const BackboneEdges edges{incidence.account_count(),
                                  as_span<VertexId>(source, "source"),
                                  as_span<VertexId>(target, "target"),
                                  {}};
        return interruptible(nullptr, [&](RunControl*) { return function(edges, incidence, at); });
      },
      py::arg("incidence"), py::arg("source"), py::arg("target"), py::arg(level), text);
}

}  // namespace

void bind_backbones(py::module_& m) {
  const auto column = [](auto member) {
    return [member](const py::object& self) {
      return view_of(std::span(self.cast<const BackboneResult&>().*member), self);
    };
  };
  py::class_<BackboneResult>(m, "BackboneResult", "What a backbone says of each edge, in order.")
      .def_property_readonly("score", column(&BackboneResult::score))
      .def_property_readonly("log10_p", column(&BackboneResult::log10_p))
      .def_property_readonly("q_value", column(&BackboneResult::q_value))
      .def_property_readonly("kept", column(&BackboneResult::kept));
  py::class_<Incidence>(m, "Incidence", "Who acted on what, whenever.")
      .def(py::init([](const ActionLog& log, std::uint64_t max_object_actions) {
             const py::gil_scoped_release release;
             return Incidence(log, max_object_actions);
           }),
           py::arg("log"), py::kw_only(), py::arg("max_object_actions") = 0)
      .def_property_readonly("account_count", &Incidence::account_count)
      .def_property_readonly("object_count", &Incidence::object_count)
      .def("__len__", &Incidence::entries);
  m.def(
      "bicm",
      [](const Incidence& incidence, int max_rounds) {
        auto found =
            interruptible(nullptr, [&](RunControl*) { return bicm(incidence, max_rounds); });
        return py::make_tuple(as_array(std::move(found.account_fugacity)),
                              as_array(std::move(found.object_fugacity)), found.worst_error);
      },
      py::arg("incidence"), py::kw_only(), py::arg("max_rounds") = 20'000,
      "Fugacities of accounts and objects, and the worst relative error of a degree.");
  bind_weighted(m, "count_backbone", "least", "Edges of at least so much weight.", &count_backbone);
  bind_weighted(m, "quantile_backbone", "quantile", "Edges above a quantile of the weights.",
                &quantile_backbone);
  bind_weighted(m, "disparity_filter", "alpha", "Edges that carry more than a random split.",
                &disparity_filter);
  bind_weighted(m, "noise_corrected", "delta", "Edges above what the strengths explain.",
                &noise_corrected);
  bind_of_actions(m, "hypergeometric_backbone", "fdr", "Pairs that share more than random draws.",
                  &hypergeometric_backbone);
  bind_of_actions(m, "bicm_backbone", "fdr", "Pairs that share more than degrees explain.",
                  &bicm_backbone);
  const TfidfOptions defaults;
  m.attr("TFIDF_QUANTILE") = defaults.quantile;
  m.def(
      "tfidf_backbone",
      [](const Incidence& incidence, const py::object& source, const py::object& target,
         double quantile, std::uint32_t min_objects) {
        const BackboneEdges edges{incidence.account_count(),
                                  as_span<VertexId>(source, "source"),
                                  as_span<VertexId>(target, "target"),
                                  {}};
        return interruptible(nullptr, [&](RunControl*) {
          return tfidf_backbone(edges, incidence, {quantile, min_objects});
        });
      },
      py::arg("incidence"), py::arg("source"), py::arg("target"), py::arg("quantile"),
      py::arg("min_objects"), "Pairs of highest cosine of TF-IDF vectors.");
}

}  // namespace lockstep
