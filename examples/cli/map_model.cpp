// SPDX-License-Identifier: MIT
#include "map_model.hpp"

#ifdef VPR_WITH_MAP
#include "file_hash.hpp"
#include "memory_file.hpp"

#include <vpr/map/snapshot.hpp>
#include <vpr/model/model_request.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <system_error>
#include <type_traits>

namespace cli {
namespace {

constexpr const char *options_name = "model options", *pca_name = "pca", *vocabulary_name = "vocabulary", *local_name = "local features";

/// Calls `visit(name, value)` for each option that decides what descriptors are, but for files that are attached as they are.
template <class Options, class Visit>
void visit_model(Options& options, const Visit& visit) {
  visit("model", options.model);
  visit("weights", options.weights);
  visit("weights_root", options.weights_root);
  visit("lenient", options.lenient);
  visit("size", options.size);
  visit("preprocess", options.preprocess);
  visit("position_rule", options.position_rule);
  visit("tokens", options.tokens);
  visit("precision", options.precision);
  visit("calibrate", options.calibrate);
  visit("block", options.block);
  visit("facet", options.facet);
  visit("batch_context", options.batch_context);
  visit("upright", options.photos.upright);
  visit("accept_damaged", options.photos.accept_damaged);
}

/// Text is escaped: JSON holds UTF-8 only, paths any bytes.
nlohmann::ordered_json json_of(const ModelOptions& options) {
  nlohmann::ordered_json json;
  visit_model(options, [&](const char* name, const auto& value) {
    using T = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<T, std::string>) {
      json[name] = vpr::escaped(value);
    } else if constexpr (std::is_same_v<T, std::optional<std::string>>) {
      if (value) json[name] = vpr::escaped(*value);
    } else {
      json[name] = value;
    }
  });
  return json;
}

ModelOptions options_of(const nlohmann::ordered_json& json) {
  ModelOptions options;
  visit_model(options, [&](const char* name, auto& value) {
    using T = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<T, std::string>) {
      value = vpr::unescaped(json.at(name).get<std::string>());
    } else if constexpr (std::is_same_v<T, std::optional<std::string>>) {
      if (json.contains(name)) value = vpr::unescaped(json.at(name).get<std::string>());
    } else {
      json.at(name).get_to(value);
    }
  });
  return options;
}

/// Calls `visit(name, value)` for all that a map keeps of its local features.
template <class Local, class Visit>
void visit_local(Local& local, const Visit& visit) {
  visit("kind", local.options.kind);
  visit("block", local.options.block);
  visit("facet", local.options.facet);
  visit("precision", local.options.precision);
  visit("name", local.name);
  visit("score_name", local.score_name);
}

/// Calls `read(json)` with the content of an attachment.
template <class Read>
auto read_attachment(const std::string& content, const std::string& map, const char* name, const Read& read) {
  try {
    return read(nlohmann::ordered_json::parse(content));
  } catch (const nlohmann::json::exception& error) {
    vpr::fail<vpr::FormatError>(map, ": its attachment '", name, "' is not as `vpr map create` writes it: ", error.what());
  }
}

std::string content_of(const std::string& path) {
  const vpr::MappedFile file(path);
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

void require_weights(const ModelOptions& options, const vpr::ModelRecord& record, const std::string& map) {
  if (options.weights.empty()) return;  // the model has none
  if (vpr::seed_of(record.weights) && options.weights == record.weights) return;
  const std::string made_with = vpr::text_of(vpr::escaped(record.weights), " of hash ", record.weights_hash);
  std::error_code ignored;
  VPR_REQUIRE(vpr::ConfigError, std::filesystem::exists(options.weights, ignored), options.weights, ": is not there; ", map,
              " is described with ", made_with, ": name it with --weights");
  const std::string hash = hash_of_file(options.weights);
  VPR_REQUIRE(vpr::ConfigError, hash == record.weights_hash, options.weights, ": has the hash ", hash, ", but ", map, " is described with ",
              made_with, ": descriptors of different weights do not compare");
}

}  // namespace

std::vector<std::pair<std::string, std::string>> attachments_of(const ModelOptions& options) {
  ModelOptions anywhere = options;
  const auto absolute = [](const std::string& path) {
    std::error_code ignored;
    return path.empty() ? path : std::filesystem::absolute(path, ignored).string();
  };
  if (!vpr::seed_of(options.weights)) anywhere.weights = absolute(options.weights);
  anywhere.calibrate = absolute(options.calibrate);
  if (const std::string list = options.context_list(); !list.empty()) anywhere.batch_context = "with:" + absolute(list);
  std::vector<std::pair<std::string, std::string>> attachments{{options_name, json_of(anywhere).dump()}};
  if (!options.pca.empty()) attachments.emplace_back(pca_name, content_of(options.pca));
  const std::string& words = options.vocabulary.empty() ? options.save_vocabulary : options.vocabulary;
  if (!words.empty()) attachments.emplace_back(vocabulary_name, content_of(words));
  return attachments;
}

ModelOptions model_of(const vpr::MapSnapshot& map, const std::string& path, const ModelOptions& given) {
  const auto kept = map.attachment(options_name);
  VPR_REQUIRE(vpr::ConfigError, kept.has_value(), path,
              ": does not say by which options its photos were described, as maps do that `vpr map create` made");
  ModelOptions options = read_attachment(*kept, path, options_name, options_of);
  if (!given.weights.empty()) options.weights = given.weights;
  require_weights(options, map.record(), path);
  options.take_limits_of(given);
  if (const auto pca = map.attachment(pca_name)) options.pca = memory_file(*pca);
  if (const auto words = map.attachment(vocabulary_name)) options.vocabulary = memory_file(*words);
  return options;
}

std::string score_of(const vpr::MapSnapshot& map) { return map.precision() == vpr::MapPrecision::binary ? "Hamming distance" : "cosine"; }

std::pair<std::string, std::string> attachment_of(const MapLocal& local) {
  nlohmann::ordered_json json;
  visit_local(local, [&](const char* name, const auto& value) { json[name] = value; });
  return {local_name, json.dump()};
}

std::optional<MapLocal> local_of(const vpr::MapSnapshot& map, const std::string& path) {
  const auto kept = map.attachment(local_name);
  if (!kept) return std::nullopt;
  return read_attachment(*kept, path, local_name, [](const nlohmann::ordered_json& json) {
    MapLocal local;
    visit_local(local, [&](const char* name, auto& value) { json.at(name).get_to(value); });
    return local;
  });
}

}  // namespace cli
#endif
