// SPDX-License-Identifier: MIT
/// @file
/// The aggregators that learn nothing: the class token, the mean, inserted tokens, and a wrapper that normalises tokens first.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/ops/normalization.hpp>
#include <vpr/ops/pooling.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace vpr {

/// The class token at unit length. D = C.
template <class B = Cpu<f32>>
struct ClassToken {
  using backend = B;
  using X = typename B::tensor;

  std::int64_t dimensions(std::int64_t channels) const { return channels; }
  bool needs_class_token() const { return true; }
  /// @throws ShapeError  if the backbone gives no class token.
  X operator()(const Features<X>& features) const {
    VPR_REQUIRE(ShapeError, !features.cls.empty(),
                "ClassToken: the features have no class token; this backbone needs an aggregator of patches");
    return l2_normalize(features.cls);
  }
  template <class Visitor>
  void visit(Visitor&&, const std::string&) {}
};

/// The mean of the patches, at unit length. D = C.
template <class B = Cpu<f32>>
struct Mean {
  using backend = B;
  using X = typename B::tensor;

  std::int64_t dimensions(std::int64_t channels) const { return channels; }
  X operator()(const Features<X>& features) const { return l2_normalize(mean(features.patches)); }
  template <class Visitor>
  void visit(Visitor&&, const std::string&) {}
};

/// The tokens that were put into the network, side by side at unit length (ImAge: Lu et al., NeurIPS 2025). D = M · C.
template <class B = Cpu<f32>>
struct InsertedTokens {
  using backend = B;
  using X = typename B::tensor;

  std::int64_t tokens = 8;  ///< M

  std::int64_t dimensions(std::int64_t channels) const { return Shape{tokens, channels}.elements(); }
  /// @throws ShapeError  if the backbone has no such tokens, or another number of them.
  X operator()(const Features<X>& features) const {
    const Shape& shape = features.inserted.shape();
    VPR_REQUIRE(ShapeError, shape.rank() == 3 && shape[1] == tokens, "InsertedTokens: got inserted tokens ", shape, ", want ", tokens,
                " of each image: see TokenInsertion in vpr/backbone/token_insertion.hpp");
    return l2_normalize(reshape(features.inserted, Shape{shape[0], tokens * shape[2]}));
  }
  template <class Visitor>
  void visit(Visitor&&, const std::string&) {}
};

/// Another aggregator over tokens that are each brought to unit length first. Its parameters are the other's.
template <Aggregator A>
struct L2Tokens {
  using backend = typename A::backend;
  using X = typename backend::tensor;

  A inner;

  L2Tokens() = default;
  explicit L2Tokens(A aggregator) : inner(std::move(aggregator)) {}

  std::int64_t dimensions(std::int64_t channels) const { return inner.dimensions(channels); }
  X operator()(const Features<X>& features) const { return inner(unit(features)); }
  bool needs_class_token() const { return vpr::needs_class_token(inner); }
  void require_grid(Grid grid) const { vpr::require_grid(inner, grid); }
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    inner.visit(visitor, prefix);
  }

 private:
  static Features<X> unit(const Features<X>& features) {
    Features<X> result{l2_normalize(features.cls), l2_normalize(features.patches), features.grid, l2_normalize(features.inserted)};
    for (const Features<X>& level : features.levels) result.levels.push_back(unit(level));
    return result;
  }
};

}  // namespace vpr
