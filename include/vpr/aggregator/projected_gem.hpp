// SPDX-License-Identifier: MIT
/// @file
/// GeM between two linear maps, and a descriptor of signs.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/aggregator/gem.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/ops/activation.hpp>
#include <vpr/ops/arithmetic.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

namespace vpr {

struct ProjectedGemSettings {
  std::int64_t channels = 768;
  std::int64_t outputs = 2048;
  bool binary = false;  ///< give the signs of the outputs alone
  GemSettings gem = {};
  /// The text before the names of GeM's power and of the two maps' parameters.
  std::string power = "aggregation.1.", in = "linear1.", out = "linear2.";
};

/// SelaVPR++'s head (Lu et al., TPAMI 2025): a linear map of the patches, each then at unit length, GeM, and a second
/// map, at unit length. Goldens selavprpp_*.
///
/// A binary one gives the signs of that, each ±1/√D, so that the Hamming distance of two descriptors and their inner product order alike;
/// 0 counts as positive. Recorded, it gives the values before the signs, which are taken by the loss: see `HashingLoss`.
template <class B = Cpu<f32>>
class ProjectedGem {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for sizes that are not positive, and as `GeM` does.
  explicit ProjectedGem(ProjectedGemSettings settings = {})
      : settings_(validated(std::move(settings))),
        in_(settings_.channels, settings_.channels),
        pool_(settings_.gem),
        out_(settings_.channels, settings_.outputs) {}

  std::int64_t dimensions(std::int64_t) const { return settings_.outputs; }
  /// Whether descriptors are signs.
  bool is_binary() const { return settings_.binary; }

  X operator()(const Features<X>& features) const {
    const X values = projected(features);
    if (!settings_.binary) return values;
    if constexpr (requires { values.value(); }) {
      return values;
    } else {
      return signs(values);
    }
  }

  /// The descriptor before its signs, at unit length: `B×D`.
  X projected(const Features<X>& features) const { return l2_normalize(out_(pooled(features))); }
  /// What GeM makes of the patches, not normalised: `B×C`.
  X pooled(const Features<X>& features) const { return pool_.pooled(l2_normalize(in_(features.patches))); }
  /// Signs at unit length.
  static X signs(const X& values) {
    const auto each = static_cast<typename B::value>(1 / std::sqrt(static_cast<double>(values.shape().last())));
    return multiply(sign(values), X::full(Shape{1}, each));
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    pool_.visit(visitor, prefix + settings_.power);
    in_.visit(visitor, prefix + settings_.in);
    out_.visit(visitor, prefix + settings_.out);
  }

 private:
  static ProjectedGemSettings validated(ProjectedGemSettings settings) {
    VPR_REQUIRE(ConfigError, settings.channels > 0 && settings.outputs > 0, "projected GeM: got ", settings.channels, " channels and ",
                settings.outputs, " outputs, want positive sizes");
    return settings;
  }

  ProjectedGemSettings settings_;
  Linear<B> in_;
  GeM<B> pool_;
  Linear<B> out_;
};

/// An aggregator over a part of the channels, [begin, end), such as those of one of several side networks (`SideNetwork`). Its parameters
/// are the other's.
template <Aggregator A>
struct OfChannels {
  using backend = typename A::backend;
  using X = typename backend::tensor;

  A inner;
  std::int64_t begin, end;

  std::int64_t dimensions(std::int64_t) const { return inner.dimensions(end - begin); }
  bool is_binary() const requires requires(const A& a) { a.is_binary(); }
  { return inner.is_binary(); }
  bool needs_class_token() const { return vpr::needs_class_token(inner); }
  /// @throws ShapeError  if the features have no such channels.
  X operator()(const Features<X>& features) const {
    return inner(Features<X>{features.cls.empty() ? X() : slice(features.cls, 1, begin, end), slice(features.patches, 2, begin, end),
                             features.grid});
  }
  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    inner.visit(visitor, prefix);
  }
};
template <Aggregator A>
OfChannels(A, std::int64_t, std::int64_t) -> OfChannels<A>;

}  // namespace vpr
