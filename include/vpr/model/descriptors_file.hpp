// SPDX-License-Identifier: MIT
/// @file
/// Descriptors on disk: a matrix, and a JSON object beside it that says what made them. Needs the component vpr::io.
#pragma once

#ifndef VPR_WITH_IO
#error \
    "vpr/model/descriptors_file.hpp needs the component io: link the CMake target vpr::io, or, without CMake, compile with -DVPR_WITH_IO and link z (Debian: nlohmann-json3-dev zlib1g-dev)"
#endif

#include <vpr/dataset/text.hpp>
#include <vpr/io/atomic_file.hpp>
#include <vpr/io/npy.hpp>
#include <vpr/model/descriptors.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <list>
#include <map>
#include <span>
#include <string>
#include <system_error>

namespace vpr {

/// Where the record of a matrix of descriptors is kept: `D.json` beside `D.npy`.
/// @throws ConfigError  for a matrix whose own name ends in .json
inline std::string record_path(const std::string& matrix) {
  const std::string path = std::filesystem::path(matrix).replace_extension(".json").string();
  VPR_REQUIRE(ConfigError, path != matrix, matrix,
              ": a matrix of descriptors needs another ending than .json, such as .npy: its record is written there");
  return path;
}

/// A record as a JSON object of strings, to which more may be added.
inline nlohmann::ordered_json record_json(const ModelRecord& record) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  const std::map<std::string, std::string> known = metadata_of(record);
  record.visit([&](std::string_view name, const std::string&) {
    if (const auto found = known.find(std::string(name)); found != known.end()) json[found->first] = found->second;
  });
  return json;
}

namespace detail {

/// Takes away a file that says what another one holds, before that one is replaced: a process that is killed in between leaves it missing, never
/// beside what it does not belong to. A symbolic link stays, as does what is no regular file. @throws IoError
inline void remove_before_replacing(const std::string& path) {
  const std::string target = link_target(path);
  std::error_code error;
  if (!std::filesystem::is_regular_file(target, error)) return;
  std::filesystem::remove(target, error);
  VPR_REQUIRE(IoError, !error, path, ": cannot be replaced: ", error.message());
}

}  // namespace detail

/// Writes the matrix N×D as a .npy file, and beside it the record with `more`, which a reader of the record leaves alone. Old files go before the
/// new matrix has its name: no matrix ever stands beside the record of another.
/// @param beside  texts that belong to the matrix as well, such as photos' names, by their paths; written like the record, in the order of paths
/// @throws IoError  with path and reason; ShapeError for values that are no whole rows
inline void save_descriptors(const std::string& path, const Descriptors& descriptors,
                             const nlohmann::ordered_json& more = nlohmann::ordered_json::object(),
                             std::map<std::string, std::string> beside = {}) {
  const Shape shape{descriptors.size(), descriptors.dimensions};
  VPR_REQUIRE(ShapeError, static_cast<std::size_t>(shape.elements()) == descriptors.values.size(), path, ": got ",
              descriptors.values.size(), " values for ", shape);
  nlohmann::ordered_json json = record_json(descriptors.record);
  json.update(more);
  beside[record_path(path)] = json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
  AtomicFile matrix(path);
  matrix.write(detail::npy_header(DType::float32, shape));
  matrix.write(std::as_bytes(std::span(descriptors.values)));
  std::list<AtomicFile> texts;
  for (const auto& [file, text] : beside) texts.emplace_back(file).write(text);
  for (const auto& [file, text] : beside) detail::remove_before_replacing(file);
  matrix.commit();
  for (AtomicFile& text : texts) text.commit();
}

/// The record beside a matrix; an empty one where there is none. @throws IoError, FormatError for one that cannot be read
inline ModelRecord record_beside(const std::string& matrix) {
  const std::string beside = record_path(matrix);
  std::error_code ignored;
  if (!std::filesystem::exists(beside, ignored)) return {};
  const std::string text = detail::read_text(beside);
  std::map<std::string, std::string> entries;
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    VPR_REQUIRE(FormatError, json.is_object(), beside, ": is no JSON object, expected the record of ", matrix);
    for (const auto& [name, value] : json.items()) {
      if (value.is_string()) entries[name] = value.get<std::string>();
    }
  } catch (const nlohmann::json::exception& error) {
    fail<FormatError>(beside, ": is not valid JSON: ", error.what());
  }
  return record_in(entries).value_or(ModelRecord());
}

/// Reads what `save_descriptors` wrote. A matrix without a record beside it has an empty one, which is compared with none.
/// @throws IoError, FormatError  for files that cannot be read, and for a descriptor with NaN or infinity; ShapeError for an array that is no matrix
inline Descriptors load_descriptors(const std::string& path) {
  const WeightFile file = read_npy(path);
  const Shape shape = file.tensors().at(0).shape;
  VPR_REQUIRE(ShapeError, shape.rank() == 2, path, ": holds ", shape, ", want a matrix of descriptors, as `vpr describe` writes it");
  Descriptors descriptors{read_tensor(file, 0), shape[1], record_beside(path)};
  require_finite(descriptors.rows(), shape[1], (path + ": descriptor").c_str());
  return descriptors;
}

}  // namespace vpr
