// SPDX-License-Identifier: MIT
/// @file
/// Aggregators by the names that follow a backbone's: `dinov2-vits14+gem`.
#pragma once

#include <vpr/aggregator.hpp>
#include <vpr/model/named_aggregator.hpp>

#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr {

/// See `NamedAggregator`.
struct CommonAggregators {
  template <class Row>
  static std::vector<Row> rows() {
    return {
        row<Row>("cls", "the class token", false, []<class B>(const AggregatorPlace&) { return ClassToken<B>(); }),
        row<Row>("mean", "the mean of the patches", false, []<class B>(const AggregatorPlace&) { return Mean<B>(); }),
        row<Row>("gem", "the generalised mean of the patches, p = 3", false, []<class B>(const AggregatorPlace&) { return GeM<B>(); }),
        row<Row>(
            "vlad", "residuals to a vocabulary of words, as AnyLoc", false,
            []<class B>(const AggregatorPlace& at) {
              VPR_REQUIRE(
                  ConfigError, static_cast<bool>(at.vocabulary),
                  "vlad needs a vocabulary of visual words (ModelRequest::vocabulary), which is found and not trained: netvlad is trained");
              const Vocabulary words = at.vocabulary();
              VPR_REQUIRE(ConfigError, words.shape[1] == at.channels, "vlad: the vocabulary's words have ", words.shape[1],
                          " channels, the network's features ", at.channels);
              return Vlad<B>(B::tensor::from(words.shape, std::span<const float>(words.centres)));
            }),
        row<Row>("netvlad", "residuals to 32 learned clusters", true,
                 []<class B>(const AggregatorPlace& at) { return NetVlad<B>({.channels = at.channels, .clusters = 32}); },
                 {.parameter = "conv.weight", .centroids = "centroids", .patches = 50'000}),
        row<Row>("netvlad-8192", "the same, reduced to 8192 dimensions by a learned map", true,
                 []<class B>(const AggregatorPlace& at) {
                   return Projected(NetVlad<B>({.channels = at.channels, .clusters = 32}), at.channels, 8192);
                 },
                 {.parameter = "pool.conv.weight", .centroids = "pool.centroids", .patches = 50'000}),
        row<Row>("mixvpr", "mixed maps, for photos of one size, 4096 dimensions", true,
                 []<class B>(const AggregatorPlace& at) { return MixVpr<B>({.channels = at.channels, .grid = at.grid}); }),
        row<Row>("convap", "averages of 2x2 cells, 8192 dimensions", true,
                 []<class B>(const AggregatorPlace& at) { return ConvAp<B>({.channels = at.channels, .out_channels = 2048}); }),
        row<Row>("cosplace", "the generalised mean through a linear map, 512 dimensions", true,
                 []<class B>(const AggregatorPlace& at) { return CosPlace<B>({.channels = at.channels, .outputs = 512}); }),
        row<Row>("salad", "optimal transport to 64 clusters, 8192 dimensions, and 256 of a class token where there is one", true,
                 []<class B>(const AggregatorPlace& at) {
                   SaladSettings settings{.channels = at.channels};
                   if (!at.has_class_token) settings.token_dim = 0;
                   return SaladAggregator<B>(settings);
                 }),
        row<Row>("boq", "what 64 learned queries find in each of two layers, 12288 dimensions", true,
                 []<class B>(const AggregatorPlace& at) { return Boq<B>({.channels = at.channels}); }),
    };
  }

 private:
  template <class Row, class Make>
  static Row row(std::string_view name, std::string_view meaning, bool learned, Make make, ClusterStart clusters = {}) {
    const auto in_place = [make]<class B>(const AggregatorPlace& at) {
      AnyAggregator<B> aggregator(make.template operator()<B>(at));
      return at.unit_length ? AnyAggregator<B>(L2Tokens(std::move(aggregator))) : aggregator;
    };
    return {.name = name, .meaning = meaning, .learned = learned, .factory = in_place, .clusters = std::move(clusters)};
  }
};

}  // namespace vpr
