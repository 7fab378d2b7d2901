// SPDX-License-Identifier: MIT
/// @file
/// A local head chosen at run time.
#pragma once

#include <vpr/backend/any_visitor.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/backend/shapes.hpp>
#include <vpr/local/concept.hpp>

#include <concepts>
#include <memory>
#include <string>
#include <utility>

namespace vpr {

/// Any local head of backend `B`, chosen at run time, or none; itself a local head. Copies share it. One call an image batch goes through a
/// pointer; nothing inside does.
template <class B = Cpu<f32>>
class AnyLocalHead {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// None: it has no parameters, and gives no features.
  AnyLocalHead() = default;
  template <LocalHead H>
  requires(!std::same_as<H, AnyLocalHead>) AnyLocalHead(H head) : self_(std::make_shared<Model<H>>(std::move(head))) {}

  explicit operator bool() const { return self_ != nullptr; }
  /// @throws ConfigError  where there is none
  std::int64_t channels(std::int64_t backbone_channels) const { return held().channels(backbone_channels); }
  /// @throws ConfigError  where there is none
  LocalTokens<X> operator()(const Features<X>& features) const { return held()(features); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    if (self_) self_->visit(AnyVisitor<B>(visitor), prefix);
  }

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual std::int64_t channels(std::int64_t backbone_channels) const = 0;
    virtual LocalTokens<X> operator()(const Features<X>& features) const = 0;
    virtual void visit(const AnyVisitor<B>& visitor, const std::string& prefix) = 0;
  };
  template <class H>
  struct Model final : Interface {
    explicit Model(H head_) : head(std::move(head_)) {}
    std::int64_t channels(std::int64_t backbone_channels) const override { return head.channels(backbone_channels); }
    LocalTokens<X> operator()(const Features<X>& features) const override {
      if constexpr (has_values<B>) {
        return head(features);
      } else {
        fail<ConfigError>("a local head over Shapes has no values to compute with");
      }
    }
    void visit(const AnyVisitor<B>& visitor, const std::string& prefix) override { head.visit(visitor, prefix); }
    H head;
  };

  const Interface& held() const {
    VPR_REQUIRE(ConfigError, self_ != nullptr, "this system has no local head");
    return *self_;
  }

  std::shared_ptr<Interface> self_;
};

static_assert(LocalHead<AnyLocalHead<>>);

}  // namespace vpr
