// SPDX-License-Identifier: MIT
/// @file
/// An aggregator whose parameters another part of the system reads too.
#pragma once

#include <vpr/aggregator/concept.hpp>

#include <memory>
#include <string>
#include <utility>

namespace vpr {

/// Another aggregator, which copies share, so that a local head can compute with it. It shows the parameters; the head does not.
template <Aggregator A>
struct Shared {
  using backend = typename A::backend;
  using X = typename backend::tensor;

  std::shared_ptr<A> inner;

  explicit Shared(A aggregator) : inner(std::make_shared<A>(std::move(aggregator))) {}

  std::int64_t dimensions(std::int64_t channels) const { return inner->dimensions(channels); }
  X operator()(const Features<X>& features) const { return (*inner)(features); }
  bool needs_class_token() const { return vpr::needs_class_token(*inner); }
  void require_grid(Grid grid) const { vpr::require_grid(*inner, grid); }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    inner->visit(visitor, prefix);
  }
};

}  // namespace vpr
