// SPDX-License-Identifier: MIT
/// @file
/// A backbone chosen at run time.
#pragma once

#include <vpr/backbone/concept.hpp>
#include <vpr/backend/any_visitor.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/backend/shapes.hpp>

#include <concepts>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// Any backbone of backend `B`, chosen at run time; itself a backbone, of parts if the one that it holds is. Copies share it. One call an image
/// batch goes through a pointer; nothing inside does.
template <class B = Cpu<f32>>
class AnyBackbone {
 public:
  using backend = B;
  using X = typename B::tensor;

  template <Backbone N>
  requires(!std::same_as<N, AnyBackbone>) AnyBackbone(N network) {
    if constexpr (PartedBackbone<N>) {
      self_ = std::make_shared<OfParts<N>>(std::move(network));
    } else {
      self_ = std::make_shared<Whole<N>>(std::move(network));
    }
  }

  /// @throws ConfigError  for another tap than the network's end, if it has no parts
  std::int64_t channels(Tap tap = {}) const { return self_->channels(tap); }
  std::int64_t multiple() const { return self_->multiple(); }
  /// Whether its features have a class token.
  bool has_class_token() const { return self_->has_class_token(); }
  /// @throws ConfigError  likewise, and for a backbone whose grid is not known before it has images
  Grid grid(std::int64_t height, std::int64_t width, Tap tap = {}) const { return self_->grid(height, width, tap); }
  /// @throws ConfigError  for another tap than the network's end, if it has no parts
  Features<X> operator()(const X& images, Tap tap = {}) const { return std::move(at(images, std::span(&tap, 1))[0]); }
  std::vector<Features<X>> at(const X& images, std::span<const Tap> taps) const { return self_->at(images, taps); }

  // Of parts, see `PartedBackbone`; a backbone without any has a depth of 0.
  std::int64_t depth() const { return self_->depth(); }
  X before(const X& images, std::int64_t parts) const { return self_->before(images, parts); }
  X through_part(X x, const Shape& images, std::int64_t part) const { return self_->through_part(std::move(x), images, part); }
  Features<X> continued(X x, const Shape& images, std::int64_t parts) const { return self_->continued(std::move(x), images, parts); }
  std::int64_t part_of(std::string_view name) const { return self_->part_of(name); }
  std::set<std::string> plain_names() const { return self_->plain_names(); }
  bool starts_at_zero(std::string_view name) const { return self_->starts_at_zero(name); }
  std::string settings() const { return self_->settings(); }
  void set_checkpointing(bool wanted) { self_->set_checkpointing(wanted); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    self_->visit(AnyVisitor<B>(visitor), prefix);
  }

 private:
  /// What a backbone of no parts answers, where that is the same for all.
  struct Interface {
    virtual ~Interface() = default;
    virtual std::int64_t channels(Tap tap) const = 0;
    virtual std::int64_t multiple() const = 0;
    virtual bool has_class_token() const = 0;
    virtual Grid grid(std::int64_t height, std::int64_t width, Tap tap) const = 0;
    virtual std::vector<Features<X>> at(const X& images, std::span<const Tap> taps) const = 0;
    virtual void visit(const AnyVisitor<B>& visitor, const std::string& prefix) = 0;
    virtual std::int64_t depth() const { return 0; }
    virtual X before(const X&, std::int64_t) const { refuse(); }
    virtual X through_part(X, const Shape&, std::int64_t) const { refuse(); }
    virtual Features<X> continued(X, const Shape&, std::int64_t) const { refuse(); }
    virtual std::int64_t part_of(std::string_view) const { return -1; }
    virtual std::set<std::string> plain_names() const = 0;
    virtual bool starts_at_zero(std::string_view) const { return false; }
    virtual std::string settings() const { return {}; }
    virtual void set_checkpointing(bool) {}
  };

  template <class N>
  struct Whole : Interface {
    explicit Whole(N network_) : network(std::move(network_)) {}
    std::int64_t channels(Tap tap) const override {
      if (tap.block >= 0) refuse();
      return network.channels();
    }
    std::int64_t multiple() const override { return network.multiple(); }
    bool has_class_token() const override { return vpr::has_class_token(network); }
    Grid grid(std::int64_t height, std::int64_t width, Tap tap) const override {
      if (tap.block >= 0) refuse();
      if constexpr (requires { network.grid(height, width); }) {
        return network.grid(height, width);
      } else {
        refuse();
      }
    }
    std::vector<Features<X>> at(const X& images, std::span<const Tap> taps) const override {
      for (const Tap& tap : taps) {
        if (tap.block >= 0) refuse();
      }
      if constexpr (has_values<B>) {
        return std::vector<Features<X>>(taps.size(), network(images));
      } else {
        refuse();
      }
    }
    std::set<std::string> plain_names() const override {
      std::set<std::string> names;
      if constexpr (visible) visit_const(network, [&names](const std::string& name, const auto&) { names.insert(name); });
      return names;
    }
    void visit(const AnyVisitor<B>& visitor, const std::string& prefix) override {
      if constexpr (visible) network.visit(visitor, prefix);
    }
    static constexpr bool visible = requires(N & shown, const AnyVisitor<B>& visitor) { shown.visit(visitor, std::string()); };
    N network;
  };

  template <class N>
  struct OfParts final : Whole<N> {
    using Whole<N>::Whole, Whole<N>::network;
    std::int64_t channels(Tap tap) const override { return network.channels(tap); }
    Grid grid(std::int64_t height, std::int64_t width, Tap tap) const override { return network.grid(height, width, tap); }
    std::vector<Features<X>> at(const X& images, std::span<const Tap> taps) const override {
      if constexpr (has_values<B>) {
        return network.at(images, taps);
      } else {
        refuse();
      }
    }
    std::int64_t depth() const override { return network.depth(); }
    X before(const X& images, std::int64_t parts) const override {
      if constexpr (has_values<B>) {
        return network.before(images, parts);
      } else {
        refuse();
      }
    }
    X through_part(X x, const Shape& images, std::int64_t part) const override {
      if constexpr (has_values<B>) {
        return network.through_part(std::move(x), images, part);
      } else {
        refuse();
      }
    }
    Features<X> continued(X x, const Shape& images, std::int64_t parts) const override {
      if constexpr (has_values<B>) {
        return network.continued(std::move(x), images, parts);
      } else {
        refuse();
      }
    }
    std::int64_t part_of(std::string_view name) const override { return network.part_of(name); }
    std::set<std::string> plain_names() const override { return network.plain_names(); }
    bool starts_at_zero(std::string_view name) const override { return network.starts_at_zero(name); }
    std::string settings() const override { return network.settings(); }
    void set_checkpointing(bool wanted) override { network.set_checkpointing(wanted); }
  };

  [[noreturn]] static void refuse() {
    if constexpr (has_values<B>) {
      fail<ConfigError>("this backbone gives features at its end only: it has no parts to take them of");
    } else {
      fail<ConfigError>("a backbone over Shapes has no values to compute with");
    }
  }

  std::shared_ptr<Interface> self_;
};

}  // namespace vpr
