// SPDX-License-Identifier: MIT
/// @file
/// What is asked of a model that is loaded by name.
#pragma once

#include <vpr/aggregator/vocabulary.hpp>
#include <vpr/image/image.hpp>
#include <vpr/model/precision.hpp>
#include <vpr/model/record.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace vpr {

/// The features of a photo's patches, N×C, as a model's aggregator will get them.
struct PatchFeatures {
  std::int64_t channels = 0;
  std::function<std::vector<float>(const RgbPhoto&)> of;
  std::function<ImageSize(ImageSize)> input_size;  ///< refuses a photo of a size that has none, see `Pipeline::input_size`
  ModelRecord record;                              ///< what they are made by
};

/// Which local features a model looks at candidates with.
enum class LocalKind {
  patches,  ///< the backbone's tokens
  head,     ///< those of the model's own local head
};

/// What a model is made of. What is left open is taken from the record inside the weight file, where it holds one, else it is as published; 224×224
/// for a backbone.
struct ModelRequest {
  std::string name;                                        ///< BACKBONE+AGGREGATOR, SYSTEM or `SYSTEM@BACKBONE`: see `named_systems`
  std::string weights;                                     ///< file of the weights: of the backbone, or of all where more is learned
  std::optional<std::string> weights_root = std::nullopt;  ///< which of several sets of weights in the file: see `LoadOptions::root`
  bool strict = true;                                      ///< whether tensors of the file that the model has no use for are an error
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
  std::function<void(const std::string&)> say = {};  ///< gets a sentence where the file's record decides something or is overruled, or
                                                     ///< weights are not loaded as they were saved
};

}  // namespace vpr
