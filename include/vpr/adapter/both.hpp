// SPDX-License-Identifier: MIT
/// @file
/// Two adapters in one block.
#pragma once

#include <vpr/adapter/none.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace vpr::adapter {

/// Two adapters in each block, the first one's places before the second's: `DinoV2<ViTB14, adapter::Both<Serial, Parallel>::In>`.
/// Their parameters must differ in name.
template <template <class> class First, template <class> class Second>
struct Both {
  template <class B>
  struct In {
    using X = typename B::tensor;

    First<B> first;
    Second<B> second;

    explicit In(const VitConfig& config) : In(First<B>(config), Second<B>(config)) {}
    In(First<B> first_, Second<B> second_) : first(std::move(first_)), second(std::move(second_)) {}

    X after_attention(X attended, const X& normed, const TokenLayout& layout) const {
      return second.after_attention(first.after_attention(std::move(attended), normed, layout), normed, layout);
    }
    X beside_attention(X x, const X& normed, const TokenLayout& layout) const {
      return second.beside_attention(first.beside_attention(std::move(x), normed, layout), normed, layout);
    }
    X after_mlp(X fed, const X& normed, const TokenLayout& layout) const {
      return second.after_mlp(first.after_mlp(std::move(fed), normed, layout), normed, layout);
    }
    X beside_mlp(X x, const X& normed, const TokenLayout& layout) const {
      return second.beside_mlp(first.beside_mlp(std::move(x), normed, layout), normed, layout);
    }

    static bool starts_at_zero(std::string_view name) { return First<B>::starts_at_zero(name) || Second<B>::starts_at_zero(name); }
    template <class Visitor>
    void visit(Visitor&& visitor, const std::string& prefix) {
      first.visit(visitor, prefix);
      second.visit(visitor, prefix);
    }
  };
};

}  // namespace vpr::adapter
