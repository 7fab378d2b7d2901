// SPDX-License-Identifier: MIT
/// @file
/// The options that the commands share.
#pragma once

#include "photo_options.hpp"

#include <vpr/backbone/tap.hpp>
#include <vpr/backbone/vit_config.hpp>
#include <vpr/image/image.hpp>
#include <vpr/model/precision.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Validator;
}  // namespace CLI

namespace cli {

/// What describes a photo: a model, its weights, and how it is used.
struct ModelOptions {
  std::string model;
  std::string weights;
  std::optional<std::string> weights_root;
  bool lenient = false;
  std::string size;        // empty: as the weight file's record says, or as the model was published
  std::string preprocess;  // likewise
  std::string position_rule;
  std::string tokens;
  std::string precision;  // empty: as the weight file holds its matrices
  std::string calibrate;
  std::string save_weights;
  std::int64_t block = -1;
  std::string facet = "token";
  std::int64_t batch = 8;
  int threads = 0;
  std::int64_t words = 32;
  std::int64_t vocabulary_photos = 80;
  std::uint64_t seed = 0;
  std::string vocabulary;
  std::string save_vocabulary;
  std::string batch_context = "alone";
  std::string pca;
  PhotoOptions photos;
  bool force = false;

  /// The files that are read beside photos.
  std::vector<std::string> inputs() const { return {weights, pca, vocabulary, context_list(), calibrate}; }
  /// What photos are prepared to; nothing: as the weight file's record says, or as the model was published.
  std::optional<vpr::ImageSize> image_size() const;
  /// The block whose tokens are taken; nothing: as the weight file's record says, or the final ones.
  std::optional<vpr::Tap> tap() const;
  std::optional<vpr::PositionRule> positions() const;
  std::optional<vpr::PrecisionTable> precisions() const;
  /// The size of the blocks that photos are described in; 0: in none.
  std::int64_t context_block() const;
  /// The list of photos that each is described with; empty: with none.
  std::string context_list() const;
};

inline constexpr std::int64_t most_described_together = 1024;  // photos
inline constexpr std::int64_t most_calibrated_on = 32;         // photos
inline constexpr std::int64_t most_answers = 100'000;          // to one query

/// HEIGHTxWIDTH, or one side for both.
vpr::ImageSize parse_size(const std::string& text);

/// --batch and --threads.
void add_speed_options(CLI::App& command, ModelOptions& options);

void add_model_options(CLI::App& command, ModelOptions& options);

}  // namespace cli
