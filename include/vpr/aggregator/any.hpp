// SPDX-License-Identifier: MIT
/// @file
/// An aggregator chosen at run time.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/backend/cpu.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace vpr {

/// Any aggregator of backend `B`, chosen at run time; itself an aggregator whose parameters are the backend's tensors and weights.
/// One call an image batch goes through a pointer; nothing inside does.
template <class B = Cpu<f32>>
class AnyAggregator {
 public:
  using backend = B;
  using X = typename B::tensor;
  using W = typename B::weight;
  using C = typename B::convolution_weight;

  template <Aggregator A>
  requires(!std::same_as<A, AnyAggregator>) AnyAggregator(A aggregator) : self_(std::make_shared<Model<A>>(std::move(aggregator))) {}

  std::int64_t dimensions(std::int64_t channels) const { return self_->dimensions(channels); }
  X operator()(const Features<X>& features) const { return (*self_)(features); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    self_->visit({[&](const std::string& name, X& parameter) { visitor(name, parameter); },
                  [&](const std::string& name, W& parameter) { visitor(name, parameter); },
                  [&](const std::string& name, C& parameter) { visitor(name, parameter); }},
                 prefix);
  }

 private:
  struct AnyVisitor {
    std::function<void(const std::string&, X&)> tensor;
    std::function<void(const std::string&, W&)> weight;
    std::function<void(const std::string&, C&)> convolution;
  };
  struct Interface {
    virtual ~Interface() = default;
    virtual std::int64_t dimensions(std::int64_t channels) const = 0;
    virtual X operator()(const Features<X>& features) const = 0;
    virtual void visit(const AnyVisitor& visitor, const std::string& prefix) = 0;
  };
  template <class A>
  struct Model final : Interface {
    explicit Model(A aggregator_) : aggregator(std::move(aggregator_)) {}
    std::int64_t dimensions(std::int64_t channels) const override { return aggregator.dimensions(channels); }
    X operator()(const Features<X>& features) const override { return aggregator(features); }
    void visit(const AnyVisitor& visitor, const std::string& prefix) override {
      const auto show = [&visitor](const std::string& name, auto& parameter) {
        if constexpr (std::same_as<decltype(parameter), X&>) {
          visitor.tensor(name, parameter);
        } else if constexpr (std::same_as<decltype(parameter), W&>) {
          visitor.weight(name, parameter);
        } else {
          visitor.convolution(name, parameter);
        }
      };
      aggregator.visit(show, prefix);
    }
    A aggregator;
  };

  std::shared_ptr<Interface> self_;
};

}  // namespace vpr
