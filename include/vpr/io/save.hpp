// SPDX-License-Identifier: MIT
/// @file
/// Saving a model's parameters, as float32 under their official names; files appear whole or not at all.
#pragma once

#include <vpr/core/parameter.hpp>
#include <vpr/io/apart.hpp>
#include <vpr/io/npy.hpp>
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

/// The header of a safetensors file of float32 tensors, one behind the other: its length and the JSON text, padded so that the values are aligned
/// to 8 bytes.
VPR_IO_FUNCTION std::string safetensors_header(const std::vector<std::pair<std::string, Shape>>& tensors,
                                               const std::map<std::string, std::string>& metadata);

#if VPR_IO_BODIES
VPR_IO_FUNCTION std::string safetensors_header(const std::vector<std::pair<std::string, Shape>>& tensors,
                                               const std::map<std::string, std::string>& metadata) {
  nlohmann::json header;
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t end = 0;
  for (const auto& [name, shape] : tensors) {
    const std::uint64_t begin = end;
    end += static_cast<std::uint64_t>(shape.elements()) * sizeof(float);
    header[name] = {{"dtype", "F32"}, {"shape", std::vector<std::int64_t>(shape.begin(), shape.end())}, {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + text;
}
#endif

}  // namespace detail

/// Writes a safetensors file. `metadata` goes along as text: weights have licences of their own, so name the licence and the source.
/// Only one tensor at a time is copied.
/// @throws IoError with the path and the system's reason; what was under that name before is then still there.
template <class Model>
void save_safetensors(const std::string& path, const Model& model, const std::map<std::string, std::string>& metadata = {}) {
  std::vector<std::pair<std::string, Shape>> tensors;
  visit_const(model, [&](const std::string& name, const auto& parameter) { tensors.emplace_back(name, parameter.shape()); });
  AtomicFile file(path);
  file.write(detail::safetensors_header(tensors, metadata));
  const auto write = [&](const std::string&, const auto& parameter) {
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
