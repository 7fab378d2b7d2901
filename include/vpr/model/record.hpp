// SPDX-License-Identifier: MIT
/// @file
/// What descriptors are made by: the record that is kept beside them and inside trained files, so that those of different making are not
/// compared unnoticed.
#pragma once

#include <vpr/backbone/tap.hpp>
#include <vpr/backbone/vit_config.hpp>
#include <vpr/core/error.hpp>
#include <vpr/core/printable.hpp>
#include <vpr/image/resize.hpp>
#include <vpr/version.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace vpr {

/// Everything that decides a descriptor's values, as text. Defaults are written out, so that two records can be compared; an empty field is not
/// known.
struct ModelRecord {
  std::string model = {};           ///< see `load_model`: `salad`, `salad@dinov2-vits14` or `dinov2-vits14+gem`
  std::string weights = {};         ///< the file's name, without its folder; `none` for a model that needs none
  std::string weights_hash = {};    ///< `xxh3:` and 32 digits of the file's content, or `not hashed`
  std::string weights_root = {};    ///< which set of weights of the file, see `LoadReport::root`; `none` for names without a prefix
  std::string block = {};           ///< whose tokens are aggregated, from 0; `last` for the network's own end
  std::string facet = {};           ///< `token`, `query`, `key` or `value`
  std::string tokens = {};          ///< whether each token is brought to unit length before it is aggregated: `unit` or `raw`
  std::string size = {};            ///< HEIGHTxWIDTH in pixels that the preprocessing aims at
  std::string preprocess = {};      ///< see `find_preprocess`
  std::string position_rule = {};   ///< how position embeddings are resized: `offset0.1` or `size`, see `PositionRule`
  std::string vocabulary = {};      ///< of VLAD: the hash of the words; `none`
  std::string pca = {};             ///< the hash of its file; `none`
  std::string batch_context = {};   ///< the batch context of models that mix photos, see `BatchContext::text`; `alone`
  std::string precision = {};       ///< of the products in the network's blocks: `float32`, `bf16`, `int8` or `mixed`
  std::string calibration = {};     ///< of int8: what its inputs are smoothed by, `synthetic town` or photos; `none`
  std::string upright = {};         ///< whether photos are turned as EXIF says: `yes` or `no`
  std::string accept_damaged = {};  ///< whether damaged photos are taken as far as they decode: `yes` or `no`
  std::string vpr_version = {};     ///< of the library

  friend bool operator==(const ModelRecord&, const ModelRecord&) = default;

  /// Calls `visitor(name, value)` for each field, in this order.
  template <class Visitor>
  void visit(Visitor&& visitor) const {
    for (const Field& field : fields) visitor(field.name, this->*field.value);
  }

  /// The field of that name, or nothing.
  std::string* find(std::string_view name) & {
    const auto found = std::find_if(fields.begin(), fields.end(), [name](const Field& field) { return field.name == name; });
    return found == fields.end() ? nullptr : &(this->*found->value);
  }
  void find(std::string_view) && = delete;

 private:
  struct Field {
    std::string_view name;
    std::string ModelRecord::*value;
  };
  static const std::array<Field, 18> fields;
};

inline constexpr std::array<ModelRecord::Field, 18> ModelRecord::fields{{
    {"model", &ModelRecord::model},
    {"weights", &ModelRecord::weights},
    {"weights_hash", &ModelRecord::weights_hash},
    {"weights_root", &ModelRecord::weights_root},
    {"block", &ModelRecord::block},
    {"facet", &ModelRecord::facet},
    {"tokens", &ModelRecord::tokens},
    {"size", &ModelRecord::size},
    {"preprocess", &ModelRecord::preprocess},
    {"position_rule", &ModelRecord::position_rule},
    {"vocabulary", &ModelRecord::vocabulary},
    {"pca", &ModelRecord::pca},
    {"batch_context", &ModelRecord::batch_context},
    {"precision", &ModelRecord::precision},
    {"calibration", &ModelRecord::calibration},
    {"upright", &ModelRecord::upright},
    {"accept_damaged", &ModelRecord::accept_damaged},
    {"vpr_version", &ModelRecord::vpr_version},
}};

/// The fields that are known, for the metadata of a safetensors file or a JSON object: valid UTF-8, as `escaped` writes names.
/// `save_safetensors(path, model, metadata_of(record))` puts it into a trained file.
inline std::map<std::string, std::string> metadata_of(const ModelRecord& record) {
  std::map<std::string, std::string> metadata;
  record.visit([&](std::string_view name, const std::string& value) {
    if (!value.empty()) metadata.emplace(name, escaped(value));
  });
  return metadata;
}

/// The record that `metadata_of` wrote into such metadata; nothing where there is none. Other entries are left alone.
inline std::optional<ModelRecord> record_in(const std::map<std::string, std::string>& metadata) {
  if (!metadata.contains("vpr_version")) return std::nullopt;
  ModelRecord record;
  for (const auto& [name, value] : metadata) {
    std::string* const field = record.find(name == "company" ? "batch_context" : name);  // its earlier name
    if (field != nullptr) *field = unescaped(value);
  }
  return record;
}

/// What differs between two records, such as "block: '7' and 'last'; size: '224x224' and '322x322'"; empty where nothing does.
///
/// A field that one of them does not know is not compared, nor those named in `except`, nor the library's version, nor the weights' file
/// name where both know its hash.
inline std::string differences(const ModelRecord& a, const ModelRecord& b, std::initializer_list<std::string_view> except = {}) {
  const auto hashed = [](const ModelRecord& record) { return record.weights_hash.starts_with("xxh3:"); };
  const bool by_hash = hashed(a) && hashed(b);
  std::map<std::string_view, std::string_view> others;
  b.visit([&](std::string_view name, const std::string& value) { others[name] = value; });
  std::string text;
  a.visit([&](std::string_view name, const std::string& value) {
    const std::string_view other = others.at(name);
    const bool left_out = name == "vpr_version" || name == (by_hash ? "weights" : "weights_hash") ||
                          std::find(except.begin(), except.end(), name) != except.end();
    if (left_out || value.empty() || other.empty() || value == other) return;
    text.append(text.empty() ? "" : "; ").append(name).append(": '").append(value).append("' and '").append(other).append("'");
  });
  return text;
}

/// @param what  begins the message, such as "descriptors of database and queries"
/// @throws ConfigError  that names every difference, see `differences`
inline void require_same(const ModelRecord& a, const ModelRecord& b, std::string_view what,
                         std::initializer_list<std::string_view> except = {}) {
  const std::string text = differences(a, b, except);
  VPR_REQUIRE(ConfigError, text.empty(), what, " were made differently and do not compare: ", text);
}

/// HEIGHTxWIDTH in pixels, or one side for both: sides up to 16384, 2^26 pixels in all.
/// @param what  begins the message of an error, such as "--size"
/// @throws ConfigError  for anything else
inline ImageSize parse_image_size(std::string_view text, std::string_view what) {
  const auto side = [](std::string_view digits) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() && value > 0 && value <= 16384 ? value : 0;
  };
  const std::size_t cross = text.find('x');
  const ImageSize size{side(text.substr(0, cross)), side(cross == std::string_view::npos ? text : text.substr(cross + 1))};
  const bool fits = size.height > 0 && size.width > 0 && size.height * size.width <= detail::largest_resize;
  VPR_REQUIRE(ConfigError, fits, what, ": got '", text,
              "', want HEIGHTxWIDTH or one side for both, such as 224x224, in pixels up to 16384, ", detail::largest_resize, " in all");
  return size;
}

/// As a record writes it: HEIGHTxWIDTH.
inline std::string text_of(ImageSize size) { return std::to_string(size.height) + 'x' + std::to_string(size.width); }

/// The tap of a record's block and facet, of which empty ones mean the final tokens.
/// @throws ConfigError  for a block that is neither `last` nor a number from 0, or an unknown facet
inline Tap parse_tap(std::string_view block, std::string_view facet) {
  Tap tap;
  if (!facet.empty()) tap.facet = find_facet(facet);
  if (block.empty() || block == "last") return tap;
  const auto [end, error] = std::from_chars(block.data(), block.data() + block.size(), tap.block);
  VPR_REQUIRE(ConfigError, error == std::errc() && end == block.data() + block.size() && tap.block >= 0, "got block '", block,
              "', want last or a number from 0");
  return tap;
}

/// The record of a network with its final tokens, its own position rule and no vocabulary or PCA: what `save_safetensors(path, system,
/// metadata_of(record))` puts into a trained file. Which weights it has, and how photos are read, is for the caller to add.
/// @param model  see `canonical_name`
inline ModelRecord record_of(std::string model, ImageSize size, std::string_view preprocess, std::string_view position_rule) {
  return {.model = std::move(model),
          .block = "last",
          .facet = "token",
          .size = text_of(size),
          .preprocess = std::string(preprocess),
          .position_rule = std::string(position_rule),
          .vocabulary = "none",
          .pca = "none",
          .precision = "float32",
          .calibration = "none",
          .vpr_version = VPR_VERSION};
}
inline ModelRecord record_of(std::string model, ImageSize size, std::string_view preprocess, const VitConfig& network) {
  return record_of(std::move(model), size, preprocess, text_of(network.position_rule()));
}

}  // namespace vpr
