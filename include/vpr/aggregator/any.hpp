// SPDX-License-Identifier: MIT
/// @file
/// An aggregator chosen at run time.
#pragma once

#include <vpr/aggregator/batch_context.hpp>
#include <vpr/aggregator/concept.hpp>
#include <vpr/backend/any_visitor.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/backend/shapes.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <utility>

namespace vpr {

/// Any aggregator of backend `B`, chosen at run time; itself an aggregator whose parameters are the backend's tensors and weights. Copies share
/// it. One call an image batch goes through a pointer; nothing inside does.
template <class B = Cpu<f32>>
class AnyAggregator {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// The batch context, for one that mixes photos.
  BatchContext<X> batch_context = BatchContext<X>::alone();

  template <Aggregator A>
  requires(!std::same_as<A, AnyAggregator>) AnyAggregator(A aggregator) {
    if constexpr (MixingAggregator<A>) batch_context = aggregator.batch_context;
    self_ = std::make_shared<Model<A>>(std::move(aggregator));
  }

  std::int64_t dimensions(std::int64_t channels) const { return self_->dimensions(channels); }
  X operator()(const Features<X>& features) const { return mixes() ? mix(regions(features)) : regions(features); }

  /// Whether a descriptor depends on the photos beside it: see `MixingAggregator`.
  bool mixes() const { return self_->mixes(); }
  /// All that a photo gives of itself: its descriptor, where photos are not mixed.
  X regions(const Features<X>& features) const { return self_->regions(features); }
  /// @throws ConfigError  where photos are not mixed
  X mix(const X& regions) const { return self_->mix(regions, batch_context); }
  /// Whether descriptors are signs, ±1/√D, which are compared by how many of them differ.
  bool is_binary() const { return self_->is_binary(); }
  /// Whether it reads the class token.
  bool needs_class_token() const { return self_->needs_class_token(); }
  /// @throws ShapeError  for a grid that the aggregator cannot take
  void require_grid(Grid grid) const { self_->require_grid(grid); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    self_->visit(AnyVisitor<B>(visitor), prefix);
  }

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual std::int64_t dimensions(std::int64_t channels) const = 0;
    virtual bool mixes() const = 0;
    virtual X regions(const Features<X>& features) const = 0;
    virtual X mix(const X& regions, const BatchContext<X>& batch_context) const = 0;
    virtual bool is_binary() const = 0;
    virtual bool needs_class_token() const = 0;
    virtual void require_grid(Grid grid) const = 0;
    virtual void visit(const AnyVisitor<B>& visitor, const std::string& prefix) = 0;
  };
  template <class A>
  struct Model final : Interface {
    static constexpr bool mixing = MixingAggregator<A>;

    explicit Model(A aggregator_) : aggregator(std::move(aggregator_)) {}
    std::int64_t dimensions(std::int64_t channels) const override { return aggregator.dimensions(channels); }
    bool mixes() const override { return mixing; }
    X regions(const Features<X>& features) const override {
      if constexpr (!has_values<B>) {
        fail<ConfigError>("an aggregator over Shapes has no values to compute with");
      } else if constexpr (mixing) {
        return aggregator.regions(features);
      } else {
        return aggregator(features);
      }
    }
    X mix(const X& regions, const BatchContext<X>& context) const override {
      if constexpr (mixing && has_values<B>) {
        return aggregator.mix(regions, context);
      } else {
        fail<ConfigError>("this aggregator describes each photo by itself: there is nothing to mix");
      }
    }
    bool is_binary() const override {
      if constexpr (requires { aggregator.is_binary(); }) return aggregator.is_binary();
      return false;
    }
    bool needs_class_token() const override { return vpr::needs_class_token(aggregator); }
    void require_grid(Grid grid) const override { vpr::require_grid(aggregator, grid); }
    void visit(const AnyVisitor<B>& visitor, const std::string& prefix) override { aggregator.visit(visitor, prefix); }
    A aggregator;
  };

  std::shared_ptr<Interface> self_;
};

}  // namespace vpr
