// SPDX-License-Identifier: MIT
/// @file
/// What a model is loaded as: what is asked for, else what its weight file records, else what was published.
#pragma once

#include <vpr/core/text.hpp>
#include <vpr/io/open.hpp>
#include <vpr/model/model_request.hpp>
#include <vpr/model/precision.hpp>
#include <vpr/model/record.hpp>
#include <vpr/model/systems.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace vpr::detail {

/// What a model is recorded as when nothing is asked of it but its name and its weights.
inline ModelRecord published_record(const ModelRequest& request, std::string_view preprocess, ImageSize size,
                                    std::string_view position_rule) {
  ModelRecord record = record_of(canonical_name(request.name), size, preprocess, position_rule);
  record.weights = request.weights.empty()    ? "none"
                   : seed_of(request.weights) ? request.weights
                                              : std::filesystem::path(request.weights).filename().string();
  record.weights_hash = "not hashed";
  return record;
}

/// The file of a request's weights; nothing where there are none or they are drawn at random.
/// @throws ConfigError  where none are given to a model that needs some; FormatError  for the state of a training
inline std::optional<WeightFile> open_weights(const ModelRequest& request) {
  VPR_REQUIRE(ConfigError, !request.weights.empty() || !needs_weights(request.name), "model '", request.name,
              "' needs weights: give their file (--weights), or seed:N for values drawn at random, to measure speed and memory");
  if (request.weights.empty() || seed_of(request.weights)) return std::nullopt;
  WeightFile file = vpr::open_weights(request.weights);
  const auto format = file.metadata().find("format");
  VPR_REQUIRE(FormatError, format == file.metadata().end() || format->second != "vpr training state", request.weights,
              ": is the state of a training; its weights are in the file of the same name without .state");
  return file;
}

/// The record inside a weight file, of which every field can be used; an empty one where there is none.
inline ModelRecord trained_record(const std::optional<WeightFile>& file, std::string_view published_rule) {
  if (!file) return {};
  ModelRecord record = record_in(file->metadata()).value_or(ModelRecord());
  naming_file(file->path(), "its record", [&] {
    if (!record.size.empty()) parse_image_size(record.size, "size");
    if (!record.preprocess.empty()) find_preprocess(record.preprocess, {224, 224});
    if (!record.position_rule.empty() && record.position_rule != published_rule) find_position_rule(record.position_rule);
    if (!record.tokens.empty()) wants_unit_tokens(record.tokens);
    parse_tap(record.block, record.facet);
  });
  return record;
}

/// What a request comes to: what it asks for, else what the weight file's record says, else what was published.
inline ModelRecord settled(const ModelRequest& request, const std::optional<WeightFile>& file, const ModelRecord& published) {
  ModelRecord record = published, asked, trained = trained_record(file, published.position_rule);
  if (request.size) asked.size = text_of(*request.size);
  asked.preprocess = request.preprocess;
  asked.tokens = request.tokens;
  if (request.positions) asked.position_rule = text_of(*request.positions);
  if (request.tap) {
    asked.block = request.tap->block < 0 ? "last" : std::to_string(request.tap->block);
    asked.facet = text_of(request.tap->facet);
  }
  if (request.on_message && !trained.model.empty() && trained.model != record.model)
    request.on_message(text_of("model: ", record.model, " as asked, but ", record.weights, " was trained as ", trained.model));
  for (const std::string_view field : {"size", "preprocess", "position_rule", "block", "facet", "tokens"}) {
    std::string& value = *record.find(field);
    if (field == "tokens") value = default_tokens(request.name, parse_tap(record.block, record.facet));
    const std::string wanted = *asked.find(field), found = *trained.find(field), before = value;
    if (!wanted.empty() || !found.empty()) value = wanted.empty() ? found : wanted;
    if (!request.on_message || found.empty()) continue;
    if (value != found) request.on_message(text_of(field, ": ", value, " as asked, but ", record.weights, " was trained with ", found));
    if (value == found && wanted.empty() && value != before)
      request.on_message(text_of(field, ": ", value, ", as ", record.weights, " was trained"));
  }
  VPR_REQUIRE(ConfigError, record.size == published.size || takes_size(record.preprocess), "model '", request.name,
              "': photos keep their own size by '", record.preprocess, "', so that ", record.size,
              " would do nothing: leave the size out, or choose a preprocess that takes it, such as ", resize_tensor,
              normalisation_option(record.preprocess));
  return record;
}

inline AnyPreprocess preprocess_of(const ModelRecord& record) {
  return find_preprocess(record.preprocess, parse_image_size(record.size, "size"));
}

/// In which precision a file holds matrices: that of its record where it has packed ones, else float32.
inline PrecisionTable precision_in(const WeightFile& file) {
  const std::optional<Precision> packed = file.packed_precision();
  if (!packed) return Precision::f32;
  const std::string recorded = record_in(file.metadata()).value_or(ModelRecord()).precision;
  return recorded.empty() ? *packed : naming_file(file.path(), "its record", [&] { return find_precision(recorded); });
}

}  // namespace vpr::detail
