#pragma once

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "lockstep/error.h"
#include "lockstep/graph.h"
#include "lockstep/parallel.h"

/// Gives Eigen a graph without a copy of its arcs. Eigen's sparse matrices have one type for
/// offsets and columns, so that u64 offsets with u32 targets cannot be mapped as one; this is an
/// operator instead, which products and iterative solvers take in a matrix's place:
///
///     const GraphOperator laplacian = GraphOperator::laplacian(graph.view(), 0.1);
///     Eigen::ConjugateGradient<GraphOperator, Eigen::Lower | Eigen::Upper,
///                              Eigen::IdentityPreconditioner> solver(laplacian);
///     const Eigen::VectorXd x = solver.solve(b);
namespace lockstep {
class GraphOperator;
}

template <>
struct Eigen::internal::traits<lockstep::GraphOperator>
    : Eigen::internal::traits<Eigen::SparseMatrix<double>> {};

namespace lockstep {

/// Values that Eigen reads where they are, such as weights or scores.
[[nodiscard]] inline Eigen::Map<const Eigen::VectorXd> as_vector(std::span<const double> values) {
  return {values.data(), static_cast<Eigen::Index>(values.size())};
}

/// The matrix diagonal + scale * A, where row v of A has the weights of the arcs in row v of a
/// view: A of `out`, the transpose of A of `in`. Looks at the view's arrays, and must not outlive
/// them. A product with k columns takes O(k * arcs) time in parallel over rows; each row is summed
/// in its own order, so that results are the same bits for any thread count.
class GraphOperator : public Eigen::EigenBase<GraphOperator> {
 public:
  // The names that Eigen's solvers look for.
  using Scalar = double;
  using RealScalar = double;
  using StorageIndex = int;
  enum {
    ColsAtCompileTime = Eigen::Dynamic,
    MaxColsAtCompileTime = Eigen::Dynamic,
    IsRowMajor = true
  };

  /// `diagonal` has a value a vertex, or none for zeros. Throws InvalidArgument on another size.
  explicit GraphOperator(const CsrView& graph, double scale = 1.0, Eigen::VectorXd diagonal = {})
      : graph_(graph), scale_(scale), diagonal_(std::move(diagonal)) {
    if (diagonal_.size() == 0) diagonal_.setZero(rows());
    if (diagonal_.size() != rows()) {
      throw InvalidArgument("the diagonal has " + std::to_string(diagonal_.size()) +
                            " values for " + std::to_string(rows()) + " vertices");
    }
  }

  /// D - A + shift * I, with D the sums of A's rows; positive definite for an undirected graph and
  /// a positive shift.
  static GraphOperator laplacian(const CsrView& graph, double shift = 0.0) {
    const GraphOperator adjacency(graph);
    Eigen::VectorXd diagonal = Eigen::VectorXd::Constant(adjacency.rows(), shift);
    adjacency.add_product(diagonal, Eigen::VectorXd::Ones(adjacency.rows()), 1.0);
    return GraphOperator(graph, -1.0, std::move(diagonal));
  }

  [[nodiscard]] Eigen::Index rows() const { return static_cast<Eigen::Index>(graph_.size()); }
  [[nodiscard]] Eigen::Index cols() const { return rows(); }

  template <class Rhs>
  Eigen::Product<GraphOperator, Rhs, Eigen::AliasFreeProduct> operator*(
      const Eigen::MatrixBase<Rhs>& x) const {
    return {*this, x.derived()};
  }

  /// y += alpha * (this matrix) * x, for plain x and y.
  template <class Y, class X>
  void add_product(Y& y, const X& x, double alpha) const {
    constexpr std::size_t kRows = 512;
    parallel_for(graph_.size(), kRows, [&](std::size_t begin, std::size_t end) {
      for (Eigen::Index column = 0; column < x.cols(); ++column) {
        for (auto v = begin; v < end; ++v) {
          const auto row = static_cast<Eigen::Index>(v);
          const double sum = row_product(static_cast<VertexId>(v), x, column);
          y(row, column) += alpha * (diagonal_[row] * x(row, column) + scale_ * sum);
        }
      }
    });
  }

 private:
  template <class X>
  [[nodiscard]] double row_product(VertexId v, const X& x, Eigen::Index column) const {
    const auto targets = graph_.neighbours(v);
    double sum = 0.0;
    if (!graph_.is_weighted()) {
      for (const VertexId u : targets) sum += x(static_cast<Eigen::Index>(u), column);
      return sum;
    }
    const auto weights = graph_.neighbour_weights(v);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      sum += weights[i] * x(static_cast<Eigen::Index>(targets[i]), column);
    }
    return sum;
  }

  CsrView graph_;
  double scale_;
  Eigen::VectorXd diagonal_;
};

}  // namespace lockstep

/// Where Eigen looks for the product of an operator and a dense expression.
template <class Rhs, int ProductType>
struct Eigen::internal::generic_product_impl<lockstep::GraphOperator, Rhs, Eigen::SparseShape,
                                             Eigen::DenseShape, ProductType>
    : Eigen::internal::generic_product_impl_base<
          lockstep::GraphOperator, Rhs,
          Eigen::internal::generic_product_impl<lockstep::GraphOperator, Rhs, Eigen::SparseShape,
                                                Eigen::DenseShape, ProductType>> {
  template <class Y>
  static void scaleAndAddTo(Y& y, const lockstep::GraphOperator& graph, const Rhs& rhs,
                            const double& alpha) {
    const typename Eigen::internal::nested_eval<Rhs, Eigen::Dynamic>::type x(rhs);
    graph.add_product(y, x, alpha);
  }
};
