// SPDX-License-Identifier: MIT
/// @file
/// The loss of a recipe.
#pragma once

#include <vpr/autograd/gather.hpp>
#include <vpr/autograd/var.hpp>
#include <vpr/backend/cpu.hpp>
#include <vpr/loss/hard_triplets.hpp>

#include <concepts>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// What a loss compares of the photos of a batch.
struct TrainedFeatures {
  Var<Cpu<f32>> descriptors;  ///< `N×D`
  Var<Cpu<f32>> local;        ///< `N×M×L` of a system with a local head, else empty
};

namespace detail {

template <class L>
concept GlobalPlacesLoss = requires(const L& loss, const Var<Cpu<f32>>& x, std::span<const std::int64_t> places) {
  { loss(x, places) } -> std::same_as<Var<Cpu<f32>>>;
};
template <class L>
concept LocalPlacesLoss = requires(const L& loss, const Var<Cpu<f32>>& x, std::span<const std::int64_t> places) {
  { loss(x, x, places) } -> std::same_as<Var<Cpu<f32>>>;
};
template <class L>
concept GlobalTripletsLoss = requires(const L& loss, const Var<Cpu<f32>>& x) {
  { loss(x, x, x) } -> std::same_as<Var<Cpu<f32>>>;
};
template <class L>
concept LocalTripletsLoss = requires(const L& loss, const Var<Cpu<f32>>& x, const Triplets& triplets) {
  { loss(x, x, triplets) } -> std::same_as<Var<Cpu<f32>>>;
};

}  // namespace detail

/// The losses that a recipe trains by, recorded: that of a batch of places, and that of triplets mined from a database.
///
/// Of places it is any `Loss`, `loss(descriptors, places)`, or one of a system with a local head, `loss(descriptors, local, places)`. Of triplets it
/// is `loss(anchors, positives, negatives)`, such as `TripletLoss`, or `loss(descriptors, local, triplets)`, such as `SelaVprLoss`.
class RecipeLoss {
 public:
  using X = Var<Cpu<f32>>;

  template <class Missing = void>
  RecipeLoss() {
    static_assert(!std::same_as<Missing, void>,
                  "a recipe needs a loss: of places, such as MultiSimilarityLoss<>(), and of triplets, such as TripletLoss()");
  }
  template <class Single>
  requires(!std::same_as<Single, RecipeLoss>) RecipeLoss(Single) {
    static_assert(!std::same_as<Single, Single>,
                  "a recipe needs two losses, {of places, of triplets}, such as {MultiSimilarityLoss<>(), TripletLoss()}");
  }
  template <class OfPlaces, class OfTriplets>
  RecipeLoss(OfPlaces of_places, OfTriplets of_triplets)
      : local_(detail::LocalPlacesLoss<OfPlaces> || detail::LocalTripletsLoss<OfTriplets>) {
    static_assert(detail::GlobalPlacesLoss<OfPlaces> || detail::LocalPlacesLoss<OfPlaces>,
                  "the first loss of a recipe is of places: loss(descriptors, places) or loss(descriptors, local, places)");
    static_assert(detail::GlobalTripletsLoss<OfTriplets> || detail::LocalTripletsLoss<OfTriplets>,
                  "the second loss of a recipe is of triplets: loss(anchors, positives, negatives) or loss(descriptors, local, triplets)");
    of_places_ = [loss = std::move(of_places)](const TrainedFeatures& x, std::span<const std::int64_t> places) {
      if constexpr (detail::LocalPlacesLoss<OfPlaces>) {
        return loss(x.descriptors, x.local, places);
      } else {
        return loss(x.descriptors, places);
      }
    };
    of_triplets_ = [loss = std::move(of_triplets)](const TrainedFeatures& x, const Triplets& triplets) {
      if constexpr (detail::LocalTripletsLoss<OfTriplets>) {
        return loss(x.descriptors, x.local, triplets);
      } else {
        const auto rows = [&x](const std::vector<std::int64_t>& positions) { return gather(x.descriptors, positions); };
        return loss(rows(triplets.anchor), rows(triplets.positive), rows(triplets.negative));
      }
    };
  }

  /// Whether local features are compared, too.
  bool is_local() const { return local_; }
  X operator()(const TrainedFeatures& features, std::span<const std::int64_t> places) const { return of_places_(features, places); }
  X operator()(const TrainedFeatures& features, const Triplets& triplets) const { return of_triplets_(features, triplets); }

 private:
  std::function<X(const TrainedFeatures&, std::span<const std::int64_t>)> of_places_;
  std::function<X(const TrainedFeatures&, const Triplets&)> of_triplets_;
  bool local_;
};

}  // namespace vpr
