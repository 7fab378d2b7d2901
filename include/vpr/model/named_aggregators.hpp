// SPDX-License-Identifier: MIT
/// @file
/// Aggregators by the names that follow a backbone's: `dinov2-vits14+gem`.
#pragma once

#include <vpr/aggregator.hpp>
#include <vpr/aggregator/vocabulary.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

namespace vpr {

/// What an aggregator is made for.
struct AggregatorPlace {
  std::int64_t channels = 0;               ///< of the features
  bool of_block = false;                   ///< whether they are an intermediate block's, which are brought to unit length first
  std::function<Vocabulary()> vocabulary;  ///< gives the words of VLAD
};

/// An aggregator's name, what it is, and what makes it, with the weights that it has from the start.
struct NamedAggregator {
  using Make = AnyAggregator<> (*)(const AggregatorPlace&);

  std::string_view name;
  std::string_view meaning;
  bool learned;  ///< its parameters must be in the weight file, beside the backbone's
  Make make;

  constexpr NamedAggregator(std::string_view name_, std::string_view meaning_, bool learned_, Make make_)
      : name(name_), meaning(meaning_), learned(learned_), make(make_) {}
};

namespace detail {

template <class A>
AnyAggregator<> placed(A aggregator, const AggregatorPlace& place) {
  return place.of_block ? AnyAggregator<>(L2Tokens(std::move(aggregator))) : AnyAggregator<>(std::move(aggregator));
}

inline AnyAggregator<> make_vlad(const AggregatorPlace& place) {
  VPR_REQUIRE(ConfigError, static_cast<bool>(place.vocabulary), "vlad needs a vocabulary");
  const Vocabulary words = place.vocabulary();
  VPR_REQUIRE(ConfigError, words.shape[1] == place.channels, "vlad: the vocabulary's words have ", words.shape[1],
              " channels, the network's features ", place.channels);
  return placed(Vlad<>(Tensor<Cpu<f32>>::from(words.shape, words.centres)), place);
}

}  // namespace detail

/// The table of all named aggregators.
inline constexpr std::array named_aggregators{
    NamedAggregator("cls", "the class token", false, [](const AggregatorPlace& at) { return detail::placed(ClassToken<>(), at); }),
    NamedAggregator("mean", "the mean of the patches", false, [](const AggregatorPlace& at) { return detail::placed(Mean<>(), at); }),
    NamedAggregator("gem", "the generalised mean of the patches, p = 3", false,
                    [](const AggregatorPlace& at) { return detail::placed(GeM<>(), at); }),
    NamedAggregator("vlad", "residuals to a vocabulary of words, as AnyLoc", false, detail::make_vlad),
    NamedAggregator("netvlad", "residuals to 32 learned clusters", true,
                    [](const AggregatorPlace& at) { return detail::placed(NetVlad<>({.channels = at.channels, .clusters = 32}), at); }),
    NamedAggregator("netvlad-8192", "the same, reduced to 8192 dimensions by a learned map", true,
                    [](const AggregatorPlace& at) {
                      return detail::placed(Projected(NetVlad<>({.channels = at.channels, .clusters = 32}), at.channels, 8192), at);
                    }),
    NamedAggregator("mixvpr", "mixed maps of a 16x16 grid, 4096 dimensions", true,
                    [](const AggregatorPlace& at) {
                      return detail::placed(MixVpr<>({.channels = at.channels, .grid = {16, 16}}), at);
                    }),
    NamedAggregator("salad", "optimal transport to 64 clusters, 8192 + 256 dimensions", true,
                    [](const AggregatorPlace& at) { return detail::placed(SaladAggregator<>({.channels = at.channels}), at); }),
};

/// The aggregator of that name, or none.
inline const NamedAggregator* find_aggregator(std::string_view name) {
  const auto* const found = std::find_if(named_aggregators.begin(), named_aggregators.end(),
                                         [name](const NamedAggregator& aggregator) { return aggregator.name == name; });
  return found == named_aggregators.end() ? nullptr : found;
}

}  // namespace vpr
