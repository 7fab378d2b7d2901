// SPDX-License-Identifier: MIT
/// @file
/// What is asked of a model that is loaded by name.
#pragma once

#include <vpr/aggregator/vocabulary.hpp>
#include <vpr/image/image.hpp>
#include <vpr/model/precision.hpp>
#include <vpr/model/record.hpp>

#include <charconv>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vpr {

/// The features of a photo's patches, N×C, as a model's aggregator will get them.
struct PatchFeatures {
  std::int64_t channels = 0;
  std::function<std::vector<float>(const RgbPhoto&)> of;
  std::function<ImageSize(ImageSize)> input_size;  ///< refuses a photo of a size that has none, see `Pipeline::input_size`
  ModelRecord record;                              ///< what they are made by
};

/// The seed in `seed:N`, which stands for weights drawn at random; nothing for the name of a file.
inline std::optional<std::uint64_t> seed_of(std::string_view weights) {
  constexpr std::string_view word = "seed:";
  std::uint64_t seed = 0;
  const char* const end = weights.data() + weights.size();
  if (!weights.starts_with(word)) return std::nullopt;
  const auto [stop, error] = std::from_chars(weights.data() + word.size(), end, seed);
  return error == std::errc() && stop == end ? std::optional(seed) : std::nullopt;
}

/// Which local features a model looks at candidates with.
enum class LocalKind {
  patches,  ///< the backbone's tokens
  head,     ///< those of the model's own local head
};

/// What a model is made of. What is left open is taken from the record inside the weight file, where it holds one, else it is as published; 224×224
/// for a backbone.
struct ModelRequest {
  std::string name;     ///< BACKBONE+AGGREGATOR, SYSTEM or `SYSTEM@BACKBONE`: see `named_systems`
  std::string weights;  ///< file of the weights: of the backbone, or of all where more is learned; see `seed_of` and `needs_weights`
  std::optional<std::string> weights_root = std::nullopt;  ///< which of several sets of weights in the file: see `LoadOptions::root`
  bool strict = true;                                      ///< whether tensors of the file that the model lacks are an error
  std::optional<ImageSize> size = std::nullopt;            ///< what the preprocessing aims at
  std::string preprocess = {};                             ///< see `find_preprocess`
  std::optional<Tap> tap = std::nullopt;                   ///< with a block: its tokens, each at unit length
  std::string tokens = {};                                 ///< of BACKBONE+AGGREGATOR: see `ModelRecord::tokens`
  std::optional<PositionRule> positions = std::nullopt;    ///< other than the model was published with
  std::optional<PrecisionTable> precision = std::nullopt;  ///< of the backbone's blocks; nothing: as the file holds them
  std::vector<ImageView> calibration = {};                 ///< photos that int8 is smoothed by; none: `calibration_photos`
  std::string save_weights = {};                           ///< where the weights are saved as they are held: see `save_packed`
  std::optional<LocalKind> local = std::nullopt;           ///< for `load_two_stage`; nothing: its head where it has one, else patches
  std::optional<Tap> local_tap = std::nullopt;             ///< where its patches are taken; nothing: the aggregator's
  std::function<Vocabulary(const PatchFeatures&)> vocabulary = {};  ///< for VLAD: gives the words, and may look at features to find them
  /// Called with a sentence where the file's record decides something or is overruled, or weights are not loaded as they were saved.
  std::function<void(const std::string&)> on_message = {};
};

}  // namespace vpr
