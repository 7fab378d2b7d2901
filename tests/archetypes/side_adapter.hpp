// SPDX-License-Identifier: MIT
#pragma once

#include <vpr/backbone.hpp>
#include <vpr/ops.hpp>

/// A side network that takes over a learned share of what each block makes.
template <class B>
struct Share {
  using X = typename B::tensor;

  X share;

  explicit Share(const vpr::VitConfig&) : share(X::zeros(vpr::Shape{1})) {}

  X operator()(const X& side, const X& x, const vpr::TokenLayout&) const { return vpr::add(side, vpr::multiply(x, share)); }

  static bool starts_at_zero(std::string_view name) { return name.ends_with("share"); }
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "share", share);
  }
};

static_assert(vpr::SideAdapter<Share<vpr::Cpu<>>, vpr::Cpu<>>);
