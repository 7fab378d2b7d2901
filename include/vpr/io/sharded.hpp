// SPDX-License-Identifier: MIT
/// @file
/// Weights in several files, which an index names: `model.safetensors.index.json`, `pytorch_model.bin.index.json`.
#pragma once

#include <vpr/io/beside.hpp>
#include <vpr/io/json_text.hpp>
#include <vpr/io/weight_file.hpp>

#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>

namespace vpr {
namespace detail {

/// The files that an index names, each with the names of its tensors.
template <class Json = nlohmann::json>
std::map<std::string, std::set<std::string>> shards_of(std::span<const std::byte> text) {
  constexpr std::size_t longest = 16 << 20;
  VPR_REQUIRE(FormatError, text.size() <= longest, "has ", text.size(), " bytes, at most ", longest, " are allowed");
  const Json index = parse_json_object<Json>(text, 8, "index");
  const auto map = index.find("weight_map");
  VPR_REQUIRE(FormatError, map != index.end() && map->is_object(), "has no object 'weight_map'");
  std::map<std::string, std::set<std::string>> files;
  for (const auto& [tensor, name] : map->items()) {
    VPR_REQUIRE(FormatError, name.is_string(), "the file of the tensor '", tensor, "' is no text");
    const auto file = name.template get<std::string>();
    files[file.substr(file.starts_with("./") ? 2 : 0)].insert(tensor);
  }
  return files;
}

}  // namespace detail

/// Opens all files that an index names, as one. The index is Hugging Face's: `{"weight_map": {TENSOR: FILE, ...}, ...}`; its files lie in
/// its own folder.
/// @param open  opens one of them, by its path
/// @throws IoError for a file that is missing; FormatError for an index that is damaged, that names a file elsewhere, or that does not name
///   the very tensors that its files hold.
template <class Open>
WeightFile read_sharded(MappedFile file, Open&& open) {
  const std::string path = file.path();
  return detail::naming_file(path, "index of weight files", [&] {
    WeightFile source(std::move(file), "sharded");
    for (const auto& [name, tensors] : detail::shards_of(source.file().bytes())) {
      VPR_REQUIRE(FormatError, detail::is_within_folder(name) && name.find('/') == name.npos, "names the file '", name,
                  "', which is not opened: expected one beside the index");
      WeightFile shard = open(detail::beside(path, name));
      std::set<std::string> expected = tensors;
      for (const TensorInfo& info : shard.tensors())
        VPR_REQUIRE(FormatError, expected.erase(info.name) == 1, "does not name the tensor '", info.name, "', which '", name, "' holds");
      VPR_REQUIRE(FormatError, expected.empty(), "names the tensor '", *expected.begin(), "', which '", name, "' does not hold");
      source.absorb(std::move(shard));
    }
    return source;
  });
}

}  // namespace vpr
