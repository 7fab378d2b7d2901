// SPDX-License-Identifier: MIT
/// @file
/// Saving a model's parameters, as float32 or as they are held, under their official names; files appear whole or not at all.
#pragma once

#include <vpr/core/parameter.hpp>
#include <vpr/io/apart.hpp>
#include <vpr/io/npy.hpp>
#include <vpr/io/packed_form.hpp>
#include <vpr/io/zip_writer.hpp>

#if VPR_IO_BODIES
#include <nlohmann/json.hpp>
#endif

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vpr {
namespace detail {

/// The header of a safetensors file of tensors of float32 or uint32, one behind the other: its length and the JSON text, padded so that the values
/// are aligned to 8 bytes.
VPR_IO_FUNCTION std::string safetensors_header(const std::vector<TensorInfo>& tensors, const std::map<std::string, std::string>& metadata);

#if VPR_IO_BODIES
VPR_IO_FUNCTION std::string safetensors_header(const std::vector<TensorInfo>& tensors, const std::map<std::string, std::string>& metadata) {
  nlohmann::json header;
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t end = 0;
  for (const auto& [name, type, shape] : tensors) {
    const std::uint64_t begin = end;
    end += static_cast<std::uint64_t>(shape.elements()) * sizeof(float);
    header[name] = {{"dtype", type == DType::uint32 ? "U32" : "F32"},
                    {"shape", std::vector<std::int64_t>(shape.begin(), shape.end())},
                    {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + text;
}
#endif

/// Whether a parameter is a matrix that is held packed, in bfloat16 or int8.
bool is_packed(const auto& parameter) {
  if constexpr (requires { parameter.words(); }) return parameter.precision() != Precision::f32 && !parameter.words().empty();
  return false;
}

}  // namespace detail

/// Writes a safetensors file. `metadata` goes along as text: weights have licences of their own, so name the licence and the source.
/// Only one tensor at a time is copied.
/// @throws IoError with the path and the system's reason; what was under that name before is then still there.
template <class Model>
void save_safetensors(const std::string& path, const Model& model, const std::map<std::string, std::string>& metadata = {}) {
  std::vector<TensorInfo> tensors;
  visit_const(model, [&](const std::string& name, const auto& parameter) { tensors.push_back({name, DType::float32, parameter.shape()}); });
  AtomicFile file(path);
  file.write(detail::safetensors_header(tensors, metadata));
  const auto write = [&](const std::string&, const auto& parameter) {
    const std::vector<float> values = parameter.to_vector();
    file.write(std::as_bytes(std::span(values)));
  };
  visit_const(model, write);
  file.commit();
}

/// Writes a safetensors file in which matrices that are held in bfloat16 or int8 are packed as they are, see `vpr/io/packed_form.hpp`; all else is
/// float32. `load` takes it over without converting anything, on any processor; a model in another precision is given the values.
/// @throws IoError as `save_safetensors` does.
template <class Model>
void save_packed(const std::string& path, const Model& model, std::map<std::string, std::string> metadata = {}) {
  metadata[std::string(detail::packed_version_key)] = detail::packed_version;
  std::vector<TensorInfo> tensors;
  const auto describe = [&](const std::string& name, const auto& parameter) {
    tensors.push_back({name, DType::float32, parameter.shape()});
    if constexpr (requires { parameter.words(); }) {
      if (detail::is_packed(parameter)) {
        metadata[std::string(detail::packed_key) + name] = detail::packed_form_of(parameter);
        const auto words = static_cast<std::int64_t>(parameter.words().size() + parameter.input_factors().size());
        tensors.back() = {name, DType::uint32, Shape{words}};
      }
    }
  };
  visit_const(model, describe);
  AtomicFile file(path);
  file.write(detail::safetensors_header(tensors, metadata));
  const auto write = [&](const std::string&, const auto& parameter) {
    if constexpr (requires { parameter.words(); }) {
      if (detail::is_packed(parameter)) {
        file.write(std::as_bytes(parameter.words()));
        return file.write(std::as_bytes(parameter.input_factors()));
      }
    }
    const std::vector<float> values = parameter.to_vector();
    file.write(std::as_bytes(std::span(values)));
  };
  visit_const(model, write);
  file.commit();
}

/// Writes an archive that `numpy.load` reads, stored, one array a parameter. It has no place for metadata.
/// @throws IoError as `save_safetensors` does.
template <class Model>
void save_npz(const std::string& path, const Model& model) {
  AtomicFile file(path);
  ZipWriter archive(file);
  const auto write = [&](const std::string& name, const auto& parameter) {
    const std::string head = detail::npy_header(DType::float32, parameter.shape());
    const std::vector<float> values = parameter.to_vector();
    archive.add(name + ".npy", std::as_bytes(std::span(head)), std::as_bytes(std::span(values)));
  };
  visit_const(model, write);
  archive.finish();
  file.commit();
}

}  // namespace vpr
