// SPDX-License-Identifier: MIT
/// @file
/// The options that the commands share.
#pragma once

#include "photo_options.hpp"

#include <vpr/backbone/tap.hpp>
#include <vpr/backbone/vit_config.hpp>
#include <vpr/dataset/photo.hpp>
#include <vpr/image/image.hpp>
#include <vpr/model/precision.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
  std::optional<std::int64_t> words, vocabulary_photos;  // nothing: 32 and 80
  std::optional<std::uint64_t> seed;                     // nothing: 0
  std::string vocabulary;
  std::string save_vocabulary;
  std::string batch_context = "alone";
  std::string pca;
  PhotoOptions photos;
  bool force = false;

  bool operator==(const ModelOptions&) const = default;
  /// Takes what decides no descriptor: batch, threads, limits on photos and --force.
  void take_limits_of(const ModelOptions& other);
  /// Leaves out what decides how the words of a vocabulary are found.
  void forget_words();
  /// Whether there is a model, with weights unless it needs none.
  bool has_model() const;
  /// Whether an option is given that decides what descriptors are.
  bool decides_descriptors() const;
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

/// Refuses the first of some options that was given and would do nothing.
/// @param options  their names, and whether they were
/// @param why      follows the name: "goes with --preset vggt-slam"
/// @throws vpr::ConfigError
void refuse(std::initializer_list<std::pair<const char*, bool>> options, std::string_view why);

/// Refuses a declared unit of positions where there are none.
/// @param found  what positions were taken to be
/// @throws vpr::ConfigError
void require_positions(vpr::PositionUnit declared, vpr::PositionUnit found);

/// HEIGHTxWIDTH, or one side for both.
vpr::ImageSize parse_size(const std::string& text);

/// --batch and --threads.
void add_speed_options(CLI::App& command, ModelOptions& options);

void add_model_options(CLI::App& command, ModelOptions& options);

}  // namespace cli
