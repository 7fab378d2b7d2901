// SPDX-License-Identifier: MIT
/// @file
/// Saving a model's parameters, as float32 or as they are held, under their official names; files appear whole or not at all.
#pragma once

#include <vpr/core/parameter.hpp>
#include <vpr/io/npy.hpp>
#include <vpr/io/packed_form.hpp>
#include <vpr/io/zip_writer.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vpr {
namespace detail {

/// The header of a safetensors file: its length and the JSON text, padded so that the values are aligned to 8 bytes.
inline std::string safetensors_header(nlohmann::json header) {
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + text;
}

}  // namespace detail

/// Writes a safetensors file. `metadata` goes along as text: weights have licences of their own, so name the licence and the source.
/// Only one tensor at a time is copied.
/// @throws IoError with the path and the system's reason; what was under that name before is then still there.
template <class Model>
void save_safetensors(const std::string& path, Model& model, const std::map<std::string, std::string>& metadata = {}) {
  nlohmann::json header;
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t end = 0;
  const auto describe = [&](const std::string& name, Parameter auto& parameter) {
    const Shape shape = parameter.shape();
    const std::uint64_t begin = end;
    end += static_cast<std::uint64_t>(shape.elements()) * sizeof(float);
    header[name] = {{"dtype", "F32"}, {"shape", std::vector<std::int64_t>(shape.begin(), shape.end())}, {"data_offsets", {begin, end}}};
  };
  model.visit(describe, std::string());
  AtomicFile file(path);
  file.write(detail::safetensors_header(std::move(header)));
  const auto write = [&](const std::string&, Parameter auto& parameter) {
    const std::vector<float> values = parameter.to_vector();
    file.write(std::as_bytes(std::span(values)));
  };
  model.visit(write, std::string());
  file.commit();
}

/// Writes a safetensors file in which matrices that are held in bfloat16 or int8 are packed as they are, see `vpr/io/packed_form.hpp`; all else is
/// float32. `load` takes it over without converting anything, on any processor; a model in another precision is given the values.
/// @throws IoError as `save_safetensors` does.
template <class Model>
void save_packed(const std::string& path, Model& model, std::map<std::string, std::string> metadata = {}) {
  nlohmann::json header;
  metadata[std::string(detail::packed_version_key)] = detail::packed_version;
  const auto is_packed = [](const auto& parameter) {
    if constexpr (requires { parameter.words(); }) return parameter.precision() != Precision::f32 && !parameter.words().empty();
    return false;
  };
  std::uint64_t end = 0;
  const auto describe = [&](const std::string& name, Parameter auto& parameter) {
    Shape shape = parameter.shape();
    const bool packed = is_packed(parameter);
    if constexpr (requires { parameter.words(); }) {
      if (packed) {
        metadata[std::string(detail::packed_key) + name] = detail::packed_form_of(parameter);
        shape = Shape{static_cast<std::int64_t>(parameter.words().size() + parameter.input_factors().size())};
      }
    }
    const std::uint64_t begin = end;
    end += static_cast<std::uint64_t>(shape.elements()) * sizeof(float);
    header[name] = {{"dtype", packed ? "U32" : "F32"},
                    {"shape", std::vector<std::int64_t>(shape.begin(), shape.end())},
                    {"data_offsets", {begin, end}}};
  };
  model.visit(describe, std::string());
  header["__metadata__"] = metadata;
  AtomicFile file(path);
  file.write(detail::safetensors_header(std::move(header)));
  const auto write = [&](const std::string&, Parameter auto& parameter) {
    if constexpr (requires { parameter.words(); }) {
      if (is_packed(parameter)) {
        file.write(std::as_bytes(parameter.words()));
        return file.write(std::as_bytes(parameter.input_factors()));
      }
    }
    const std::vector<float> values = parameter.to_vector();
    file.write(std::as_bytes(std::span(values)));
  };
  model.visit(write, std::string());
  file.commit();
}

/// Writes an archive that `numpy.load` reads, stored, one array a parameter. It has no place for metadata.
/// @throws IoError as `save_safetensors` does.
template <class Model>
void save_npz(const std::string& path, Model& model) {
  AtomicFile file(path);
  ZipWriter archive(file);
  const auto write = [&](const std::string& name, Parameter auto& parameter) {
    const std::string head = detail::npy_header(DType::float32, parameter.shape());
    const std::vector<float> values = parameter.to_vector();
    archive.add(name + ".npy", std::as_bytes(std::span(head)), std::as_bytes(std::span(values)));
  };
  model.visit(write, std::string());
  archive.finish();
  file.commit();
}

}  // namespace vpr
