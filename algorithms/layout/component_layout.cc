#include "component_layout.h"

#include <algorithm>
#include <cmath>

#include "lockstep/parallel.h"

namespace lockstep {

namespace {

constexpr std::size_t kGroupsAtOnce = 16;
constexpr std::size_t kVerticesAtOnce = 512;

/// How restless a step was: forces that turned round, against those that stayed.
struct Unrest {
  double swinging = 0.0;
  double traction = 0.0;
};

class Simulation {
 public:
  Simulation(Component& component, const ForceLayoutOptions& options);
  void centre();
  void scale_to_balance();
  void step(RunControl* control);

 private:
  [[nodiscard]] double pull(double length) const {
    return options_.lin_log ? std::log1p(length) : length;
  }
  [[nodiscard]] double virial(double scale) const;
  void push_apart(RunControl* control);
  Unrest pull_together(std::size_t begin, std::size_t end);
  void adapt(const Unrest& unrest);
  void move(std::size_t begin, std::size_t end);

  Component& part_;
  const ForceLayoutOptions& options_;
  std::size_t n_;
  std::vector<float> mass_;
  std::vector<float> stiffness_;  ///< pull of all edges of a vertex, per length
  std::vector<Point> force_;
  std::vector<Point> before_;  ///< forces of the last step
  std::vector<float> swing_;
  Quadtree tree_;
  ThreadScratch<Quadtree::Sources> sources_{[] { return Quadtree::Sources(); }};
  double speed_ = 1.0;
  double efficiency_ = 1.0;
};

Simulation::Simulation(Component& component, const ForceLayoutOptions& options)
    : part_(component),
      options_(options),
      n_(component.members.size()),
      mass_(n_),
      stiffness_(n_),
      force_(n_),
      before_(n_),
      swing_(n_) {
  for (std::size_t v = 0; v < n_; ++v) {
    mass_[v] = static_cast<float>(part_.offsets[v + 1] - part_.offsets[v] + 1);
  }
}

void Simulation::centre() {
  double x = 0.0;
  double y = 0.0;
  for (const Point& p : part_.at) {
    x += static_cast<double>(p.x);
    y += static_cast<double>(p.y);
  }
  const Point middle{static_cast<float>(x / static_cast<double>(n_)),
                     static_cast<float>(y / static_cast<double>(n_))};
  for (Point& p : part_.at) p = {p.x - middle.x, p.y - middle.y};
}

/// Work of all that pulls inward, were the picture `scale` times as large.
double Simulation::virial(double scale) const {
  double sum = 0.0;
  for (std::size_t v = 0; v < n_; ++v) {
    const Point at = part_.at[v];
    sum += options_.gravity * static_cast<double>(mass_[v] * std::hypot(at.x, at.y)) * scale;
    for (EdgeIndex arc = part_.offsets[v]; arc < part_.offsets[v + 1]; ++arc) {
      const Point to = part_.at[part_.targets[arc]];
      const double length = static_cast<double>(std::hypot(at.x - to.x, at.y - to.y)) * scale;
      sum += 0.5 * static_cast<double>(part_.weights[arc]) * length * pull(length);
    }
  }
  return sum;
}

/// Scales the start to where pulls and pushes are in balance: the work of a push of
/// m m' / distance does not depend on the distance, so the scale follows from the pulls alone.
void Simulation::scale_to_balance() {
  double mass = 0.0;
  double squares = 0.0;
  for (const float m : mass_) {
    mass += static_cast<double>(m);
    squares += static_cast<double>(m) * static_cast<double>(m);
  }
  const double pushes = 0.5 * (mass * mass - squares);
  double low = 1e-9;
  double high = 1e9;
  while (high / low > 1.0 + 1e-3) {
    const double middle = std::sqrt(low * high);
    (virial(middle) < pushes ? low : high) = middle;
  }
  const auto scale = static_cast<float>(std::sqrt(low * high));
  for (Point& p : part_.at) p = {p.x * scale, p.y * scale};
}

void Simulation::push_apart(RunControl* control) {
  tree_.build(part_.at, mass_);
  const auto theta = static_cast<float>(options_.theta);
  parallel_for_scratch(tree_.groups(), kGroupsAtOnce, sources_,
                       [&](Quadtree::Sources& sources, std::size_t begin, std::size_t end) {
                         if (control != nullptr) control->check();
                         for (; begin < end; ++begin)
                           tree_.repulsion(begin, theta, sources, force_);
                       });
}

Unrest Simulation::pull_together(std::size_t begin, std::size_t end) {
  Unrest unrest;
  const auto gravity = static_cast<float>(options_.gravity);
  for (std::size_t v = begin; v < end; ++v) {
    const Point at = part_.at[v];
    Point force = force_[v];
    float stiffness = 0.0F;
    for (EdgeIndex arc = part_.offsets[v]; arc < part_.offsets[v + 1]; ++arc) {
      const Point to = part_.at[part_.targets[arc]];
      const float dx = to.x - at.x;
      const float dy = to.y - at.y;
      float factor = part_.weights[arc];
      if (options_.lin_log) {
        const float length = std::sqrt(dx * dx + dy * dy);
        if (length > 0.0F) factor *= std::log1p(length) / length;
      }
      stiffness += factor;
      force.x += factor * dx;
      force.y += factor * dy;
    }
    const float away = std::sqrt(at.x * at.x + at.y * at.y);
    if (away > 0.0F) {
      force.x -= gravity * mass_[v] * at.x / away;
      force.y -= gravity * mass_[v] * at.y / away;
    }
    const Point old = before_[v];
    const float kept = std::hypot(force.x + old.x, force.y + old.y);
    swing_[v] = mass_[v] * std::hypot(force.x - old.x, force.y - old.y);
    unrest.swinging += static_cast<double>(swing_[v]);
    unrest.traction += 0.5 * static_cast<double>(mass_[v] * kept);
    stiffness_[v] = stiffness;
    force_[v] = force;
  }
  return unrest;
}

/// The global speed of the paper's reference implementation, with a tolerance of 1.
void Simulation::adapt(const Unrest& unrest) {
  const auto n = static_cast<double>(n_);
  const double swinging = std::max(unrest.swinging, 1e-30);
  const double guess = 0.05 * std::sqrt(n);
  double tolerance = std::max(std::sqrt(guess), std::min(10.0, guess * unrest.traction / (n * n)));
  constexpr double kLeastEfficiency = 0.05;
  if (swinging > 2.0 * unrest.traction) {
    if (efficiency_ > kLeastEfficiency) efficiency_ *= 0.5;
    tolerance = std::max(tolerance, 1.0);
  }
  const double target = tolerance * efficiency_ * unrest.traction / swinging;
  if (swinging > tolerance * unrest.traction) {
    if (efficiency_ > kLeastEfficiency) efficiency_ *= 0.7;
  } else if (speed_ < 1000.0) {
    efficiency_ *= 1.3;
  }
  speed_ += std::min(target - speed_, 0.5 * speed_);
}

void Simulation::move(std::size_t begin, std::size_t end) {
  const auto speed = static_cast<float>(speed_);
  for (std::size_t v = begin; v < end; ++v) {
    // Half a turn at most of what its edges ask for: heavy ones would overshoot for ever.
    const float factor =
        std::min(speed / (1.0F + std::sqrt(speed * swing_[v])), 0.5F / stiffness_[v]);
    part_.at[v].x += force_[v].x * factor;
    part_.at[v].y += force_[v].y * factor;
  }
}

void Simulation::step(RunControl* control) {
  push_apart(control);
  adapt(parallel_reduce(
      n_, kVerticesAtOnce, Unrest(),
      [&](std::size_t begin, std::size_t end) { return pull_together(begin, end); },
      [](const Unrest& a, const Unrest& b) {
        return Unrest{a.swinging + b.swinging, a.traction + b.traction};
      }));
  parallel_for(n_, kVerticesAtOnce, [&](std::size_t begin, std::size_t end) { move(begin, end); });
  before_.swap(force_);
  if (control != nullptr) control->advance(n_);
}

}  // namespace

void lay_out(Component& component, const ForceLayoutOptions& options, RunControl* control) {
  Simulation simulation(component, options);
  simulation.centre();
  simulation.scale_to_balance();
  for (int i = 0; i < options.iterations; ++i) simulation.step(control);
  simulation.centre();
}

}  // namespace lockstep
