// SPDX-License-Identifier: MIT
#include "options.hpp"

#include "numbers.hpp"
#include "outputs.hpp"

#include <vpr/model/record.hpp>
#include <vpr/model/systems.hpp>

#include <CLI/CLI.hpp>

#include <charconv>
#include <string_view>

namespace cli {

void refuse(std::initializer_list<std::pair<const char*, bool>> options, std::string_view why) {
  for (const auto& [name, is_given] : options) VPR_REQUIRE(vpr::ConfigError, !is_given, name, ' ', why);
}

void require_positions(vpr::PositionUnit declared, vpr::PositionUnit found) {
  refuse({{"--positions", declared != vpr::PositionUnit::automatic && found == vpr::PositionUnit::automatic}},
         "says what the positions of photos are, and none of these has one that can be used");
}

vpr::ImageSize parse_size(const std::string& text) { return vpr::parse_image_size(text, "--size"); }

void ModelOptions::take_limits_of(const ModelOptions& other) {
  batch = other.batch;
  threads = other.threads;
  force = other.force;
  photos.max_megapixels = other.photos.max_megapixels;
  photos.strict = other.photos.strict;
}

void ModelOptions::forget_words() {
  words = vocabulary_photos = std::nullopt;
  seed = std::nullopt;
  vocabulary.clear();
}

bool ModelOptions::has_model() const { return !model.empty() && (!weights.empty() || !vpr::needs_weights(model)); }

bool ModelOptions::decides_descriptors() const {
  ModelOptions nothing;
  nothing.take_limits_of(*this);
  return *this != nothing;
}

std::optional<vpr::ImageSize> ModelOptions::image_size() const {
  if (size.empty()) return std::nullopt;
  return parse_size(size);
}

std::optional<vpr::Tap> ModelOptions::tap() const {
  const vpr::Facet chosen = vpr::find_facet(facet);
  VPR_REQUIRE(vpr::ConfigError, block >= 0 || chosen == vpr::Facet::token, "--facet ", facet, " is taken of a block: add --block N");
  return block < 0 ? std::nullopt : std::optional(vpr::Tap{block, chosen});
}

std::optional<vpr::PositionRule> ModelOptions::positions() const {
  if (position_rule.empty()) return std::nullopt;
  return vpr::find_position_rule(position_rule);
}

std::optional<vpr::PrecisionTable> ModelOptions::precisions() const {
  if (precision.empty()) return std::nullopt;
  return vpr::find_precision(precision);
}

std::int64_t ModelOptions::context_block() const {
  constexpr std::string_view word = "blocks:";
  if (!batch_context.starts_with(word)) return 0;
  std::int64_t count = 0;
  const char* const end = batch_context.data() + batch_context.size();
  const auto [stop, error] = std::from_chars(batch_context.data() + word.size(), end, count);
  VPR_REQUIRE(vpr::ConfigError, error == std::errc() && stop == end && count > 0 && count <= most_described_together,
              "--batch-context: got '", batch_context, "', want blocks:N with N photos, such as blocks:16, at most ",
              most_described_together);
  return count;
}

std::string ModelOptions::context_list() const {
  constexpr std::string_view word = "with:";
  if (batch_context.starts_with(word)) return batch_context.substr(word.size());
  VPR_REQUIRE(vpr::ConfigError, batch_context == "alone" || batch_context.starts_with("blocks:"), "--batch-context: got '", batch_context,
              "', want alone, blocks:N or with:LIST");
  return {};
}

void add_speed_options(CLI::App& command, ModelOptions& options) {
  command.add_option("--batch", options.batch, "photos described together; changes speed and memory, never a result")
      ->check(whole_from(1, most_described_together))
      ->capture_default_str();
  command.add_option("--threads", options.threads, "threads; default: all. Changes speed, never a result")->check(whole_from(1, 4096));
}

void add_model_options(CLI::App& command, ModelOptions& options) {
  command
      .add_option("--model", options.model,
                  "a system, such as salad, or backbone+aggregator, such as dinov2-vits14+gem; `vpr models` lists them")
      ->required();
  command.add_option("--weights", options.weights,
                     "weights of the system or the backbone: .pth, .ckpt, .safetensors, .npz, .onnx; or seed:N, "
                     "drawn at random, to measure speed and memory; required but for a model without any, such as dense-sift+vlad");
  command.add_option("--weights-root", options.weights_root,
                     "which of several sets of weights in the file: the prefix of their names, such as teacher.backbone.");
  command.add_flag("--lenient", options.lenient, "ignore tensors of the file that the model lacks, and report their names");
  command.add_option(
      "--size", options.size,
      "size of the network's input in pixels, HEIGHTxWIDTH; default: that of the training, where the weight file records one, else "
      "as the model was published, 224x224 for a backbone");
  command.add_option("--preprocess", options.preprocess,
                     "how photos are prepared; `vpr models` lists the names; default: as in the training or as published, as the size");
  command.add_option("--pos-embed", options.position_rule, "how position embeddings are resized; default: as the model was published")
      ->check(CLI::IsMember({"offset0.1", "size"}));
  command
      .add_option(
          "--precision", options.precision,
          "of the products in the network's blocks: f32, bf16 (half the memory), int8 (a quarter) or mixed (int8, the first and the last "
          "block bf16); descriptors differ a little; default: as --save-weights saved them, else f32")
      ->check(CLI::IsMember({"f32", "bf16", "int8", "mixed"}));
  command.add_option("--calibrate", options.calibrate,
                     "with int8 or mixed: a folder or a list of photos that its inputs are smoothed by, of which " +
                         std::to_string(most_calibrated_on) + " are taken, evenly spread; default: rendered ones");
  command
      .add_option("--save-weights", options.save_weights,
                  "write the weights as they are held in this precision, a .safetensors file for --weights that loads faster")
      ->check(file_name(".safetensors"));
  command.add_option("--block", options.block, "take the tokens of this block, from 0, in place of the final ones")->check(whole_from(0));
  command.add_option("--facet", options.facet, "with --block: which tokens of the block")
      ->check(CLI::IsMember({"token", "query", "key", "value"}))
      ->capture_default_str();
  command
      .add_option(
          "--tokens", options.tokens,
          "for backbone+aggregator: aggregate tokens at unit length each, or as they come; default: as the weight file's record says, or "
          "unit for those of a block")
      ->check(CLI::IsMember({"unit", "raw"}));
  add_speed_options(command, options);
  command
      .add_option("--batch-context", options.batch_context,
                  "for cricavpr and supervlad-across-photos, which mix photos: alone, blocks:N in their order, or with:LIST, the same "
                  "photos beside each one")
      ->capture_default_str();
  command.add_option("--pca", options.pca, "project descriptors by a PCA that `vpr pca` wrote");
  CLI::Option* const vocabulary = command.add_option(
      "--vocabulary", options.vocabulary,
      "for +vlad and anyloc: the words, a file that --save-vocabulary wrote or AnyLoc's c_centers.pt; default: found in the "
      "database's photos");
  command.add_option("--save-vocabulary", options.save_vocabulary, "for +vlad and anyloc: write the words that were found")
      ->check(file_name())
      ->excludes(vocabulary);
  const auto add_search = [&](const char* name, auto& value, const char* meaning, const CLI::Validator& range) {
    command.add_option(name, value, meaning)->check(range)->excludes(vocabulary);
  };
  add_search("--words", options.words, "for +vlad and anyloc: how many words to find; default: 32", whole_from(1, 4096));
  add_search("--vocabulary-photos", options.vocabulary_photos, "for +vlad and anyloc: photos to find them in, evenly spread; default: 80",
             whole_from(1, most_answers));
  add_search("--seed", options.seed, "for +vlad and anyloc: seed of the search for words; default: 0", whole_from(0));
  add_photo_options(command, options.photos);
  add_force_option(command, options.force);
}

}  // namespace cli
