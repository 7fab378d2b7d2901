// SPDX-License-Identifier: MIT
/// @file
/// A tensor that remembers how it was computed, and the pass that turns this memory into gradients.
#pragma once

#include <vpr/autograd/undo.hpp>
#include <vpr/backend/concept.hpp>

#include <algorithm>
#include <concepts>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

namespace vpr {

/// The backend of components that are recorded: they hold and pass `Var`s over `B`.
template <class B>
struct Recorded;

/// While one exists, this thread's ops are computed as at inference: nothing is recorded, and their results want no gradient.
class NotRecording {
 public:
  NotRecording() : outer_(std::exchange(innermost_, this)) {}
  NotRecording(const NotRecording&) = delete;
  NotRecording& operator=(const NotRecording&) = delete;
  ~NotRecording() {
    innermost_ = outer_;
    if (outer_ != nullptr) outer_->missed_ |= missed_;
  }

  /// Whether a gradient was needed of what was not recorded.
  bool missed() const { return missed_; }

 private:
  template <class B>
  friend class Var;

  inline static thread_local NotRecording* innermost_ = nullptr;
  NotRecording* outer_;
  bool missed_ = false;
};

/// A value of backend `B` with its gradient and the op that made it.
///
/// Copies share the value, as the recording must. A Var that depends on no Var with `needs_gradient` keeps no memory of
/// its op. A Var that was moved from can be assigned to and destroyed; whatever else is asked of it throws an Error. Not for use from
/// several threads at once.
template <class B>
class Var {
 public:
  using backend = Recorded<B>;
  using value_type = typename B::value;

  Var() : Var(Tensor<B>()) {}
  /// A parameter of this shape, all zero, that wants a gradient.
  explicit Var(Shape shape) : Var(Tensor<B>::zeros(shape), true) {}
  /// A leaf: an input, or with `needs_gradient` a parameter.
  explicit Var(Tensor<B> value, bool needs_gradient = false) : node_(std::make_shared<Node>()) {
    node_->shape = value.shape();
    node_->needs_gradient = needs_gradient;
    value_ = std::make_shared<Tensor<B>>(std::move(value));
  }

  /// A constant with these host values.
  template <class T>
  static Var from(Shape shape, std::span<const T> values) {
    return Var(Tensor<B>::from(shape, values));
  }
  /// Parameters, as `Tensor` makes them for inference.
  static Var zeros(Shape shape) { return Var(shape); }
  static Var full(Shape shape, value_type value) { return Var(Tensor<B>::full(shape, value), true); }

  const Shape& shape() const& { return node().shape; }
  Shape shape() && { return node().shape; }
  bool empty() const { return shape().elements() == 0; }
  const Tensor<B>& value() const& { return held(); }
  Tensor<B> value() && { return take(); }
  /// The gradient that `backward` left here; empty before, and where none is needed.
  const Tensor<B>& gradient() const& { return node().gradient; }
  Tensor<B> gradient() && { return node().gradient; }
  bool needs_gradient() const { return node().needs_gradient; }
  /// Freezes or unfreezes a parameter, for what is recorded from now on.
  void set_needs_gradient(bool needed) { node().needs_gradient = needed; }
  void clear_gradient() {
    note_gradient();
    node().gradient = Tensor<B>();
  }
  /// Calls `change(value, gradient)`, which may overwrite both: an optimiser's step, after `backward` and before the next recording.
  template <class Change>
  void update(Change&& change) {
    note_gradient();
    change(held(), node().gradient);
  }

  template <class T>
  void assign(std::span<const T> values) {
    note_value();
    held().assign(values);
  }
  void assign(std::span<const float> values) { assign<float>(values); }
  std::vector<float> to_vector() const { return value().to_vector(); }

  /// A leaf with the same value, shared: what is computed of it passes no gradient to what this one was computed from.
  Var detached(bool needs_gradient = false) const {
    Var leaf;
    leaf.node_->shape = shape();
    leaf.node_->needs_gradient = needs_gradient;
    leaf.value_ = value_;
    return leaf;
  }

  /// For an op: the value to overwrite, moved out if nobody else holds it, else copied. This Var is left without it.
  Tensor<B> take() {
    Tensor<B>& value = held();
    const std::shared_ptr<Tensor<B>> last = std::exchange(value_, nullptr);
    return last.use_count() == 1 ? std::move(value) : value;
  }
  /// For a gradient to capture: this Var, but without the value unless it is needed, so that its memory can go.
  Var with_value_if(bool needed) const {
    Var other = *this;
    if (!needed) other.value_ = nullptr;
    return other;
  }

  /// Whether this thread's ops are recorded now: whether no `NotRecording` is in the way.
  static bool recording() { return NotRecording::innermost_ == nullptr; }

  /// Whether an op over `inputs` is recorded: whether one of them wants a gradient, and no `NotRecording` is in the way.
  static bool records(std::initializer_list<Var> inputs) {
    if (std::none_of(inputs.begin(), inputs.end(), [](const Var& input) { return input.needs_gradient(); })) return false;
    if (recording()) return true;
    NotRecording::innermost_->missed_ = true;
    return false;
  }

  /// The result of an op over `inputs`. `propagate(dy)`, or `propagate(dy, value)`, is called once by `backward`, with the
  /// whole gradient of this result, to keep or overwrite, and hands each input its part with `accumulate`. It may capture
  /// `inputs` but no other Var. What it captures is what the recording holds in memory.
  template <class Propagate>
  static Var record(Tensor<B> value, std::initializer_list<Var> inputs, Propagate propagate) {
    Var result(std::move(value), records(inputs));
    if (!result.needs_gradient()) return result;
    for (const Var& input : inputs) {
      if (input.needs_gradient()) result.node_->inputs.push_back(input.node_);
    }
    if constexpr (std::invocable<Propagate&, Tensor<B>, const Tensor<B>&>) {
      result.node_->propagate = [propagate = std::move(propagate), held = result.value_](Tensor<B>&& dy) {
        propagate(std::move(dy), *held);
      };
    } else {
      result.node_->propagate = std::move(propagate);
    }
    return result;
  }

  /// Adds `gradient`, of this value's shape, to the gradient if one is needed. `make` is called only then.
  template <class Make>
  void accumulate(Make&& make) const {
    Node& to = node();
    if (!to.needs_gradient) return;
    Tensor<B> gradient = make();
    if (!to.propagate) note_gradient();
    if (to.gradient.empty()) {
      to.gradient = std::move(gradient);
    } else {
      B::add_scaled(to.gradient, gradient, value_type{1}, to.gradient);
    }
  }

  /// Computes the gradients of Σ cotangent ∘ value by every Var it was computed from, adding to those already there.
  /// The recording is used up: the gradients and values of intermediate results are released on the way.
  /// @throws ShapeError  if the cotangent has not the value's shape; Error if a part of the recording was used up before.
  void backward(Tensor<B> cotangent) const {
    VPR_REQUIRE(ShapeError, cotangent.shape() == shape(), "backward: got cotangent ", cotangent.shape(), " for a value ", shape());
    std::vector<std::shared_ptr<Node>> order = inputs_first();
    for (const std::shared_ptr<Node>& node : order) {
      VPR_REQUIRE(Error, !node->used_up, "backward: an earlier backward has used up the recording of a result ", node->shape,
                  "; compute it again, or call backward once on the sum");
    }
    accumulate([&] { return std::move(cotangent); });
    while (!order.empty()) {
      const std::shared_ptr<Node> node = std::move(order.back());
      order.pop_back();
      if (!node->propagate) continue;
      if (!node->gradient.empty()) node->propagate(std::exchange(node->gradient, Tensor<B>()));
      node->propagate = nullptr;
      node->inputs.clear();
      node->used_up = true;
    }
  }

  /// `backward` of a result of one element, such as a loss.
  void backward() const {
    VPR_REQUIRE(ShapeError, shape().elements() == 1, "backward: a value ", shape(), " needs a cotangent; only one element can go without");
    backward(Tensor<B>::full(shape(), value_type{1}));
  }

 private:
  struct Node {
    Shape shape{0};
    Tensor<B> gradient;
    bool needs_gradient = false;
    bool used_up = false;  // by `backward`
    std::vector<std::shared_ptr<Node>> inputs;
    std::function<void(Tensor<B>&&)> propagate;

    Node() = default;
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    /// Without recursion, as `inputs_first`.
    ~Node() {
      std::vector<std::shared_ptr<Node>> released;
      release(released);
      while (!released.empty()) {
        const std::shared_ptr<Node> node = std::move(released.back());
        released.pop_back();
        if (node.use_count() == 1) node->release(released);
      }
    }
    /// Hands over the inputs. What `propagate` captured goes first, while they keep it alive.
    void release(std::vector<std::shared_ptr<Node>>& to) {
      propagate = nullptr;
      std::move(inputs.begin(), inputs.end(), std::back_inserter(to));
      inputs.clear();
    }
  };

  /// Every node this one was computed from, each after its own inputs. Without recursion: networks are deep.
  std::vector<std::shared_ptr<Node>> inputs_first() const {
    std::vector<std::shared_ptr<Node>> order;
    std::unordered_set<const Node*> seen{node_.get()};
    std::vector<std::pair<std::shared_ptr<Node>, std::size_t>> path{{node_, 0}};
    while (!path.empty()) {
      auto& [node, next] = path.back();
      if (next == node->inputs.size()) {
        order.push_back(std::move(node));
        path.pop_back();
      } else if (const std::shared_ptr<Node> input = node->inputs[next++]; seen.insert(input.get()).second) {
        path.emplace_back(input, 0);
      }
    }
    return order;
  }

  void note_value() const {
    held();
    Undo::note(value_.get(), [&] {
      return [value = std::weak_ptr(value_), before = *value_] {
        if (const std::shared_ptr<Tensor<B>> there = value.lock()) *there = before;
      };
    });
  }
  void note_gradient() const {
    node();
    Undo::note(node_.get(), [&] {
      return [leaf = std::weak_ptr(node_), before = node_->gradient] {
        if (const std::shared_ptr<Node> there = leaf.lock()) there->gradient = before;
      };
    });
  }

  /// What every copy shares. It may change behind a const Var, which is a handle.
  Node& node() const {
    VPR_REQUIRE(Error, node_ != nullptr, "Var: it was moved from; assign it a new value first");
    return *node_;
  }
  Tensor<B>& held() const {
    const Shape& shape = node().shape;
    VPR_REQUIRE(Error, value_ != nullptr, "Var: the value ", shape, " was not kept, since no gradient needed it when the op was recorded");
    return *value_;
  }

  std::shared_ptr<Node> node_;
  std::shared_ptr<Tensor<B>> value_;
};

template <class B, class PackedForm = typename B::weight>
class RecordedWeight;

template <class B>
struct Recorded {
  static_assert(DifferentiableBackend<B>, "Recorded<B>: B needs every kernel of DifferentiableBackend");
  using value = typename B::value;
  using tensor = Var<B>;
  using weight = RecordedWeight<B>;
  using convolution_weight = RecordedWeight<B, typename B::convolution_weight>;
};

}  // namespace vpr
