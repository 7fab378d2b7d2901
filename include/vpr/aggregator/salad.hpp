// SPDX-License-Identifier: MIT
/// @file
/// SALAD: optimal-transport aggregation.
#pragma once

#include <vpr/aggregator/concept.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/layer/convolution.hpp>
#include <vpr/layer/linear.hpp>
#include <vpr/ops/activation.hpp>
#include <vpr/ops/normalization.hpp>
#include <vpr/ops/product.hpp>
#include <vpr/ops/transport.hpp>

#include <string>
#include <utility>

namespace vpr {

struct SaladSettings {
  std::int64_t channels = 768;     ///< of the features: a backbone's
  std::int64_t clusters = 64;      ///< m
  std::int64_t cluster_dim = 128;  ///< l, numbers a cluster
  std::int64_t token_dim = 256;    ///< g, numbers of the class token; 0 leaves it out
  std::int64_t hidden = 512;       ///< of the small networks
  std::int64_t iterations = 3;     ///< Sinkhorn's
  bool dustbin = true;             ///< false: every token goes to the clusters, by a softmax over them, as the paper's ablation

  constexpr std::int64_t dimensions() const { return clusters * cluster_dim + token_dim; }
  /// The smaller published ones: 2048 + 64 and 512 + 32 dimensions.
  constexpr SaladSettings of_2112() const { return with(32, 64, 64); }
  constexpr SaladSettings of_544() const { return with(16, 32, 32); }

 private:
  constexpr SaladSettings with(std::int64_t m, std::int64_t l, std::int64_t g) const {
    SaladSettings settings = *this;
    settings.clusters = m;
    settings.cluster_dim = l;
    settings.token_dim = g;
    return settings;
  }
};

/// SALAD (Izquierdo and Civera, CVPR 2024, section 3): patches are scored for clusters and assigned to them by optimal transport,
/// a dustbin taking those that are not informative of the place; each cluster sums up reduced features of its patches; a reduced class
/// token stands before them. D = g + l · m: the class token's g, then, dimension by dimension, the l numbers of all m clusters.
///
/// The grid needs more patches than clusters. Its parameters are `dust_bin`, `token_features`, `cluster_features` and `score`, as in
/// the official checkpoints. Goldens salad_*.
template <class B = Cpu<f32>>
class SaladAggregator {
 public:
  using backend = B;
  using X = typename B::tensor;

  /// @throws ConfigError  for sizes that are not positive; only the class token's may be 0.
  explicit SaladAggregator(const SaladSettings& settings = {})
      : settings_(validated(settings)),
        dustbin_(X::full(Shape{}, 1)),
        token_in_(settings.channels, settings.hidden),
        token_out_(settings.hidden, settings.token_dim),
        feature_in_(settings.channels, settings.hidden),
        feature_out_(settings.hidden, settings.cluster_dim),
        score_in_(settings.channels, settings.hidden),
        score_out_(settings.hidden, settings.clusters) {}

  const SaladSettings& settings() const& { return settings_; }
  SaladSettings settings() && { return settings_; }
  std::int64_t dimensions(std::int64_t) const { return settings_.dimensions(); }
  bool needs_class_token() const { return settings_.token_dim > 0; }

  /// @throws ShapeError  for a grid of no more patches than there are clusters, where a dustbin takes what is left
  void require_grid(Grid grid) const {
    VPR_REQUIRE(ShapeError, !settings_.dustbin || grid.patches() > settings_.clusters, "SALAD: got ", grid.patches(),
                " patches, of a grid of ", grid.height, "x", grid.width, ", want more than its ", settings_.clusters,
                " clusters, as the dustbin takes what is left: use larger images or fewer clusters");
  }

  /// @throws ShapeError  if the features have other channels or no class token that is wanted, or the grid has no more patches than there are
  ///   clusters.
  X operator()(const Features<X>& features) const {
    const X sums = cluster_sums(features);
    const Shape shape = sums.shape();
    const X clusters = reshape(transpose(l2_normalize(sums), 1), Shape{shape[0], shape[1] * shape[2]});
    if (settings_.token_dim == 0) return l2_normalize(clusters);
    VPR_REQUIRE(ShapeError, !features.cls.empty(), "SALAD: the features have no class token; give this backbone a token_dim of 0");
    const X token = l2_normalize(token_out_(token_in_(features.cls, {.activation = Activation::relu})));
    return l2_normalize(concat(token, clusters, 1));
  }

  /// How well each patch fits each cluster: `B×N×m`.
  X scores(const Features<X>& features) const { return network(score_in_, score_out_, features); }

  /// How much of each patch goes to each cluster and, last, to the dustbin: `B×N×(m + 1)`, rows summing to 1; `B×N×m` without a dustbin.
  X assignment(const Features<X>& features) const {
    return settings_.dustbin ? exp(optimal_transport(scores(features), dustbin_, settings_.iterations)) : softmax(scores(features));
  }

  /// The sums of the reduced features that each cluster was given, `B×m×l`, not normalised.
  X cluster_sums(const Features<X>& features) const {
    const X shares = slice(assignment(features), 2, 0, settings_.clusters);
    return matmul(shares, network(feature_in_, feature_out_, features), Product::atb);
  }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    if (settings_.dustbin) visitor(prefix + "dust_bin", dustbin_);
    if (settings_.token_dim > 0) {
      token_in_.visit(visitor, prefix + "token_features.0.");
      token_out_.visit(visitor, prefix + "token_features.2.");
    }
    feature_in_.visit(visitor, prefix + "cluster_features.0.");
    feature_out_.visit(visitor, prefix + "cluster_features.3.");
    score_in_.visit(visitor, prefix + "score.0.");
    score_out_.visit(visitor, prefix + "score.3.");
  }

 private:
  static const SaladSettings& validated(const SaladSettings& settings) {
    VPR_REQUIRE(
        ConfigError,
        settings.channels > 0 && settings.clusters > 0 && settings.cluster_dim > 0 && settings.token_dim >= 0 && settings.hidden > 0,
        "SALAD: got ", settings.channels, " channels, ", settings.clusters, " clusters of ", settings.cluster_dim, ", a class token of ",
        settings.token_dim, " and ", settings.hidden, " hidden ones, want positive sizes; only the class token's may be 0");
    constexpr std::int64_t most = std::int64_t{1} << 31;
    VPR_REQUIRE(ConfigError, settings.clusters <= most / settings.cluster_dim && settings.token_dim <= most, "SALAD: got ",
                settings.clusters, " clusters of ", settings.cluster_dim, " and a class token of ", settings.token_dim, ", want at most ",
                most, " dimensions");
    return settings;
  }

  X network(const Convolution<B>& in, const Convolution<B>& out, const Features<X>& features) const {
    return out(in(features.patches, features.grid, {.activation = Activation::relu}), features.grid);
  }

  SaladSettings settings_;
  X dustbin_;
  Linear<B> token_in_, token_out_;
  Convolution<B> feature_in_, feature_out_, score_in_, score_out_;
};

}  // namespace vpr
