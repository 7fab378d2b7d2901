// SPDX-License-Identifier: MIT
/// @file
/// How the published systems are trained. It instantiates their losses: include it in one source, or compile the models apart
/// (`<vpr/model/apart.hpp>`). Needs the component vpr::io.
#pragma once

#include <vpr/model/apart.hpp>
#include <vpr/model/recipe.hpp>
#if VPR_MODELS_BODIES
#include <vpr/autograd.hpp>
#include <vpr/core/nearest_names.hpp>
#include <vpr/image/augment.hpp>
#include <vpr/loss/hashing.hpp>
#include <vpr/loss/multi_similarity.hpp>
#include <vpr/loss/selavpr.hpp>
#include <vpr/loss/sfrs.hpp>
#include <vpr/loss/triplet.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#endif

#include <string_view>
#include <vector>

namespace vpr {

/// The recipes by name.
VPR_MODELS_FUNCTION std::vector<Recipe> recipes();
/// The recipe of that name. @throws ConfigError  for an unknown name, with the nearest of those that exist.
VPR_MODELS_FUNCTION Recipe find_recipe(std::string_view name);

#if VPR_MODELS_BODIES
namespace detail {

/// Steps of an epoch of GSV-Cities, about 62 000 places, with so many in a batch.
constexpr std::int64_t gsv_cities_epoch(std::int64_t places) { return (62'000 + places - 1) / places; }

}  // namespace detail

VPR_MODELS_FUNCTION std::vector<Recipe> recipes() {
  const RecipeLoss by_similarity(MultiSimilarityLoss<>(), TripletLoss({.reduction = Reduction::mean}));
  const TripletLoss by_distance({.margin = 0.31622776601683794, .reduction = Reduction::mean});  // √0.1
  const OverlaidWarmUp<MultiStepDecay> in_epochs{1500, {{6000, 12000, 18000}}};  // every tenth of GSV-Cities' epochs, of some 600 steps
  const Augmentations jitter_and_crop{ColourJitter{0.7, 0.7, 0.7, 0.5}, [](Image photo, Random& random) {
                                        return RandomResizedCrop{photo.size(), {0.5, 1}}(std::move(photo), random);
                                      }};
  const StepDecay halved_each_three_epochs{3 * detail::gsv_cities_epoch(120), 0.5};
  const auto four_blocks_and_head = [&](const char* system, const char* meaning, std::int64_t places) {
    return Recipe{.name = system,
                  .meaning = meaning,
                  .system = system,
                  .loss = by_similarity,
                  .tuned_blocks = 4,
                  .places = places,
                  .rate = 6e-5,
                  .weight_decay = 9.5e-9,
                  .schedule = LinearDecay{1, 0.2, 4000},
                  .augment = RandAugment{}};
  };
  const auto four_blocks_and_clusters = [&](const char* system, const char* meaning, const char* clusters) {
    return Recipe{.name = system,
                  .meaning = meaning,
                  .system = system,
                  .loss = by_similarity,
                  .tuned_blocks = 4,
                  .tuned_end = false,
                  .places = 120,
                  .rate = 5e-5,
                  .schedule = halved_each_three_epochs,
                  .augment = RandAugment{},
                  .start = {.clusters = {.parameter = clusters}}};
  };
  const auto netvlad_of_triplets = [&](const char* name, const char* meaning, const char* system, const std::string& words, RecipeLoss loss,
                                       std::function<Image(Image, Random&)> augment) {
    return Recipe{.name = name,
                  .meaning = meaning,
                  .system = system,
                  .loss = std::move(loss),
                  .tuned_blocks = 1,
                  .rate = 1e-5,
                  .weight_decay = 1e-3,
                  .mining = Mining::full,
                  .miner = {.negatives = 10, .full = true},
                  .augment = std::move(augment),
                  .start = {.clusters = {.parameter = words + ".conv.weight", .centroids = words + ".centroids", .patches = 50'000}},
                  .size = {480, 640}};
  };
  constexpr std::int64_t ten_epochs = 10 * detail::gsv_cities_epoch(128);
  return {
      four_blocks_and_head(
          "salad", "SALAD: the head and the last four blocks, multi-similarity loss (Izquierdo and Civera, CVPR 2024, section 4.1)", 60),
      {.name = "cricavpr",
       .meaning = "CricaVPR: adapters, GeM and the encoder across the batch, multi-similarity loss (Lu et al., CVPR 2024, section 4.2)",
       .system = "cricavpr",
       .loss = by_similarity,
       .places = 72,
       .augment = RandAugment{}},
      {.name = "selavpr",
       .meaning =
           "SelaVPR: adapters, GeM and the local head, triplet and local loss of triplets mined from a database (Lu et al., ICLR 2024, "
           "section 4.2)",
       .system = "selavpr",
       .loss = {SelaVprLoss(), SelaVprLoss()},
       .places = 4,
       .rate = 1e-5,
       .mining = Mining::partial},
      {.name = "mixvpr",
       .meaning = "MixVPR: the head and layer3, multi-similarity loss, as OpenVPRLab trains it (Ali-bey et al., WACV 2023)",
       .system = "mixvpr",
       .loss = by_similarity,
       .tuned_blocks = 1,
       .places = 100,
       .rate = 2e-4,
       .weight_decay = 1e-3,
       .schedule = in_epochs,
       .augment = RandAugment{},
       .size = {320, 320}},
      {.name = "convap",
       .meaning = "Conv-AP: the head and layer4, multi-similarity loss, as OpenVPRLab trains it (Ali-bey et al., Neurocomputing 2022)",
       .system = "convap",
       .loss = by_similarity,
       .tuned_blocks = 1,
       .places = 100,
       .weight_decay = 1e-3,
       .schedule = in_epochs,
       .augment = RandAugment{},
       .size = {320, 320}},
      {.name = "cosplace",
       .meaning = "CosPlace: the head, layer3 and layer4, by classifiers of cells of the ground and of heading, a classifier a group "
                  "(Berton et al., "
                  "CVPR 2022)",
       .system = "cosplace-512",
       .loss = by_similarity,
       .tuned_blocks = 2,
       .places = 32,
       .photos = 1,
       .rate = 1e-5,
       .augment = jitter_and_crop,
       .size = {512, 512},
       .classes = ClassificationSettings()},
      {.name = "eigenplaces",
       .meaning = "EigenPlaces: as CosPlace, by classifiers of the points that photos look at, across a street and along it (Berton et "
                  "al., ICCV 2023)",
       .system = "eigenplaces-512",
       .loss = by_similarity,
       .tuned_blocks = 2,
       .places = 32,
       .photos = 1,
       .by = PlacesBy::focal_point,
       .rate = 1e-5,
       .augment = jitter_and_crop,
       .size = {512, 512},
       .classes = ClassificationSettings{.loss = {.scale = 100}, .least = 5}},
      {.name = "gcl",
       .meaning =
           "GCL: layer3, layer4 and GeM, by pairs of photos and how much they see of the same ground (Leyva-Vallina et al., CVPR 2023)",
       .system = "gcl",
       .loss = by_similarity,
       .tuned_blocks = 2,
       .places = 32,
       .rate = 1e-5,
       .size = {480, 640},
       .pairs = GradedPairSettings()},
      netvlad_of_triplets("netvlad", "NetVLAD: its clusters and conv5, triplets mined from a database (Arandjelović et al., CVPR 2016)",
                          "netvlad-full", "pool", {MultiSimilarityLoss<>(), by_distance}, {}),
      netvlad_of_triplets("sfrs", "SFRS: the first generation, NetVLAD by SARE of triplets mined from a database (Ge et al., ECCV 2020)",
                          "sfrs-full", "net_vlad", {MultiSimilarityLoss<>(), SareLoss()}, ColourJitter{0.7, 0.7, 0.7, 0.5}),
      {.name = "boq",
       .meaning = "BoQ: the head and the network's last two parts, multi-similarity loss, ten epochs of warm-up (Ali-bey et al., CVPR "
                  "2024, and the authors' code)",
       .system = "boq",
       .loss = by_similarity,
       .tuned_blocks = 2,
       .places = 128,
       .weight_decay = 1e-4,
       .schedule = OverlaidWarmUp<MultiStepDecay>{ten_epochs, {{ten_epochs, 2 * ten_epochs}, 0.1}},
       .augment = RandAugment{.magnitude = 15},
       .start = {.parameters = {{.part = "queries", .deviation = 1}}}},
      four_blocks_and_head(
          "megaloc",
          "as MegaLoc, by the multi-similarity loss of 32 places, but of one data set where its authors sum those of five, and "
          "with SALAD's rates and trained blocks (Berton and Masone, CVPRW 2025)",
          32),
      {.name = "adapter",
       .meaning = "SelaVPR's adapters and GeM alone, by the multi-similarity loss: a frozen network learns at little cost",
       .system = "selavpr-global",
       .loss = by_similarity,
       .augment = RandAugment{}},
      {.name = "head",
       .meaning = "an aggregator over a frozen network, any BACKBONE+AGGREGATOR that --model names, else dinov2-vitb14+salad, by the "
                  "multi-similarity loss: with --cache each photo passes through the network once",
       .system = "dinov2-vitb14+salad",
       .loss = by_similarity,
       .rate = 3e-4},
      four_blocks_and_clusters("supervlad", "SuperVLAD: clusters and the last four blocks, multi-similarity loss (Lu et al., NeurIPS 2024)",
                               "aggregation.conv.weight"),
      four_blocks_and_clusters("image4vpr", "ImAge: tokens and the last four blocks, multi-similarity loss (Lu et al., NeurIPS 2025)",
                               "learnable_aggregation_tokens"),
      {.name = "edtformer",
       .meaning = "EDTformer: the side network and the decoder, multi-similarity loss (Jin et al., TCSVT 2025)",
       .system = "edtformer",
       .loss = by_similarity,
       .places = 72,
       .schedule = StepDecay{3 * detail::gsv_cities_epoch(72), 0.7},
       .augment = RandAugment{},
       .start = {.parameters = {{.part = "queries", .deviation = 1e-6F}}}},
      {.name = "selavprpp",
       .meaning = "SelaVPR++'s first step: the side network and the float descriptor, multi-similarity loss (Lu et al., TPAMI 2025)",
       .system = "selavprpp-float",
       .loss = by_similarity,
       .places = 120,
       .rate = 4e-4,
       .schedule = halved_each_three_epochs,
       .augment = RandAugment{},
       .start = {.parameters = {{.part = ".conv.", .value = 1e-5F}}}},
      {.name = "selavprpp-hash",
       .meaning =
           "SelaVPR++'s second step, from the weights of the first: the side network and the descriptor of 512 bits, by HashingLoss; "
           "the rest is frozen",
       .system = "selavprpp",
       .loss = {HashingLoss<>(), TripletLoss({.reduction = Reduction::mean})},
       .places = 120,
       .rate = 4e-4,
       .schedule = halved_each_three_epochs,
       .augment = RandAugment{},
       .start = {.copies = {{.part = "adapters_hashing.", .from = "adapters."}}},
       .trained = {"adapters_hashing.", "aggregation_hashing.", "linear3.", "linear4."}},
  };
}

VPR_MODELS_FUNCTION Recipe find_recipe(std::string_view name) {
  const std::vector<Recipe> all = recipes();
  for (const Recipe& recipe : all) {
    if (recipe.name == name) return recipe;
  }
  fail<ConfigError>(unknown_name("recipe", name, all, "`vpr train --help`"));
}
#endif

}  // namespace vpr
