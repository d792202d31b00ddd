#include "top_eigenpairs.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "../option_checks.h"
#include "lockstep/error.h"
#include "lockstep/parallel.h"
#include "lockstep/random.h"

namespace lockstep {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::size_t kGrain = 1 << 10;
constexpr Index kSpare = 4;            // vectors carried along so that the last wanted settles
constexpr double kDependent = 1e-10;   // of the basis, in squares: what lies below is dropped
constexpr int kRoundsPerProduct = 16;  // products carried along by sums are made anew after

/// Vectors to look for better ones among, with their products: the best so far, their residuals,
/// and the last step. The two latter are empty at first.
struct Basis {
  Block best, residual, step;
  Block best_product, residual_product, step_product;
  [[nodiscard]] Index width() const { return best.cols() + residual.cols() + step.cols(); }
};

Block joined(const Block& a, const Block& b, const Block& c, Index from, Index rows) {
  Block all(rows, a.cols() + b.cols() + c.cols());
  all.leftCols(a.cols()) = a.middleRows(from, rows);
  if (b.cols() > 0) all.middleCols(a.cols(), b.cols()) = b.middleRows(from, rows);
  if (c.cols() > 0) all.rightCols(c.cols()) = c.middleRows(from, rows);
  return all;
}

/// The inner products of the basis with itself, and with its products.
struct Grams {
  MatrixXd self;
  MatrixXd product;
};

Grams grams_of(const Basis& basis) {
  const Index w = basis.width();
  const MatrixXd zero = MatrixXd::Zero(w, w);
  return parallel_reduce(
      static_cast<std::size_t>(basis.best.rows()), kGrain, Grams{zero, zero},
      [&](std::size_t begin, std::size_t end) {
        const auto from = static_cast<Index>(begin);
        const auto rows = static_cast<Index>(end - begin);
        const Block all = joined(basis.best, basis.residual, basis.step, from, rows);
        const Block products =
            joined(basis.best_product, basis.residual_product, basis.step_product, from, rows);
        return Grams{all.transpose() * all, all.transpose() * products};
      },
      [](Grams a, const Grams& b) {
        a.self += b.self;
        a.product += b.product;
        return a;
      });
}

/// The weights of the basis that give the best `wanted` vectors of its space (Rayleigh-Ritz), and
/// their values. Directions that the basis hardly spans are left out.
std::pair<MatrixXd, VectorXd> best_weights(const Grams& grams, Index wanted) {
  const VectorXd norms = grams.self.diagonal().cwiseMax(0.0).cwiseSqrt();
  const VectorXd scale = norms.unaryExpr([](double x) { return x > 1e-150 ? 1.0 / x : 0.0; });
  const Eigen::SelfAdjointEigenSolver<MatrixXd> span(scale.asDiagonal() * grams.self *
                                                     scale.asDiagonal());
  const auto is_kept = [&](double x) { return x > kDependent; };
  const Index dropped =
      span.eigenvalues().size() -
      std::count_if(span.eigenvalues().begin(), span.eigenvalues().end(), is_kept);
  const Index kept = span.eigenvalues().size() - dropped;
  const MatrixXd orthonormal =
      scale.asDiagonal() * span.eigenvectors().rightCols(kept) *
      span.eigenvalues().tail(kept).cwiseSqrt().cwiseInverse().asDiagonal();
  const MatrixXd symmetric = 0.5 * (grams.product + grams.product.transpose());
  const Eigen::SelfAdjointEigenSolver<MatrixXd> ritz(orthonormal.transpose() * symmetric *
                                                     orthonormal);
  const Index found = std::min(wanted, kept);
  return {orthonormal * ritz.eigenvectors().rightCols(found).rowwise().reverse(),
          ritz.eigenvalues().tail(found).reverse()};
}

/// Moves to the vectors that `weights` give; returns the squares of their residuals' lengths.
VectorXd move(Basis& basis, const MatrixXd& weights, const VectorXd& values) {
  const Index n = basis.best.rows();
  const Index width = weights.cols();
  MatrixXd step_weights = weights;
  step_weights.topRows(basis.best.cols()).setZero();
  Basis next{Block(n, width), Block(n, width), Block(n, width), Block(n, width), {},
             Block(n, width)};
  const VectorXd squares = parallel_reduce(
      static_cast<std::size_t>(n), kGrain, VectorXd(VectorXd::Zero(width)),
      [&](std::size_t begin, std::size_t end) {
        const auto from = static_cast<Index>(begin);
        const auto rows = static_cast<Index>(end - begin);
        const Block all = joined(basis.best, basis.residual, basis.step, from, rows);
        const Block products =
            joined(basis.best_product, basis.residual_product, basis.step_product, from, rows);
        next.best.middleRows(from, rows).noalias() = all * weights;
        next.best_product.middleRows(from, rows).noalias() = products * weights;
        next.step.middleRows(from, rows).noalias() = all * step_weights;
        next.step_product.middleRows(from, rows).noalias() = products * step_weights;
        auto residual = next.residual.middleRows(from, rows);
        residual = next.best_product.middleRows(from, rows) -
                   next.best.middleRows(from, rows) * values.asDiagonal();
        return VectorXd(residual.colwise().squaredNorm());
      },
      [](VectorXd a, const VectorXd& b) { return VectorXd(a + b); });
  basis = std::move(next);
  return squares;
}

Block random_block(VertexId n, Index width, std::uint64_t seed) {
  SplitMix random(seed);
  Block block(n, width);
  for (double& x : block.reshaped()) x = 2.0 * random.uniform() - 1.0;
  return block;
}

/// Turns each vector so that its entry of largest size, the first of equals, is positive.
void fix_signs(Block& vectors) {
  for (auto vector : vectors.colwise()) {
    Index at = 0;
    vector.cwiseAbs().maxCoeff(&at);
    if (vector[at] < 0.0) vector = -vector;
  }
}

Eigenpairs dense_eigenpairs(VertexId n, Index wanted, const Product& product) {
  const MatrixXd whole = product(Block::Identity(n, n));
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(0.5 * (whole + whole.transpose()));
  return {solver.eigenvalues().tail(wanted).reverse(),
          solver.eigenvectors().rightCols(wanted).rowwise().reverse(), 0, true};
}

Eigenpairs iterated_eigenpairs(VertexId n, Index wanted, const Product& product,
                               const SpectralOptions& options) {
  Basis basis;
  basis.best = random_block(n, wanted + kSpare, options.seed);
  basis.best_product = product(basis.best);
  Eigenpairs found;
  while (true) {
    const auto [weights, values] = best_weights(grams_of(basis), wanted + kSpare);
    const bool is_first = basis.residual.cols() == 0;
    const VectorXd squares = move(basis, weights, values);
    if (is_first) basis.step = basis.step_product = Block();
    found.values = values.head(wanted);
    const double allowed = options.tolerance * values.cwiseAbs().maxCoeff();
    found.converged = squares.head(wanted).maxCoeff() <= allowed * allowed;
    if (found.converged || found.rounds == options.max_rounds) break;
    ++found.rounds;
    if (found.rounds % kRoundsPerProduct == 0) basis.best_product = product(basis.best);
    basis.residual_product = product(basis.residual);
  }
  // Once more among the best alone: what was dropped from the basis left them not quite square.
  basis.residual = basis.residual_product = basis.step = basis.step_product = Block();
  const auto [weights, values] = best_weights(grams_of(basis), wanted + kSpare);
  move(basis, weights, values);
  found.values = values.head(wanted);
  found.vectors = basis.best.leftCols(wanted);
  return found;
}

}  // namespace

void check(const SpectralOptions& options) {
  if (options.dimensions < 1) {
    throw InvalidArgument("dimensions is " + std::to_string(options.dimensions) +
                          "; give at least 1");
  }
  if (!(options.tolerance > 0.0 && options.tolerance < 1.0)) {
    throw InvalidArgument("tolerance is " + std::to_string(options.tolerance) +
                          "; give a residual above 0 and below 1");
  }
  check_max_rounds(options.max_rounds);
}

Eigenpairs top_eigenpairs(VertexId n, const Product& product, const SpectralOptions& options) {
  const Index wanted = std::min<Index>(options.dimensions, n);
  if (wanted == 0) return {{}, Block(0, 0), 0, true};
  auto found = n <= 4 * (wanted + kSpare) ? dense_eigenpairs(n, wanted, product)
                                          : iterated_eigenpairs(n, wanted, product, options);
  fix_signs(found.vectors);
  return found;
}

Block multiply(const CsrView& graph, const Block& block, const RunControl* control) {
  Block result(block.rows(), block.cols());
  parallel_for(graph.size(), kGrain, [&](std::size_t begin, std::size_t end) {
    if (control != nullptr) control->check();
    for (auto v = static_cast<VertexId>(begin); v < end; ++v) {
      auto row = result.row(v);
      row.setZero();
      for (auto i = graph.offsets[v]; i < graph.offsets[v + 1ULL]; ++i) {
        row.noalias() += graph.weight(i) * block.row(graph.targets[i]);
      }
    }
  });
  return result;
}

std::vector<double> as_vector(const Block& block) {
  return {block.data(), block.data() + block.size()};
}

}  // namespace lockstep
