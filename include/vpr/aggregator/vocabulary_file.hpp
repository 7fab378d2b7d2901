// SPDX-License-Identifier: MIT
/// @file
/// Vocabularies on disk. Needs the component vpr::io.
#pragma once

#include <vpr/aggregator/vocabulary.hpp>
#include <vpr/core/parameter.hpp>
#include <vpr/io/file_kind.hpp>
#include <vpr/io/open.hpp>
#include <vpr/io/save.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace vpr {
namespace detail {

inline constexpr FileKind vocabulary_file{"vocabulary"};

/// A vocabulary as a component with one parameter, `centres`.
struct VocabularyParameter {
  Vocabulary vocabulary;

  Shape shape() const { return vocabulary.shape; }
  void assign(std::span<const float> values) { vocabulary.centres.assign(values.begin(), values.end()); }
  const std::vector<float>& to_vector() const { return vocabulary.centres; }

  template <class Visitor>
  void visit(Visitor&& visitor, const std::string& prefix) {
    visitor(prefix + "centres", *this);
  }
};

}  // namespace detail

/// Writes the words as the tensor `centres` of a safetensors file, with their provenance.
/// @throws IoError  with path and reason; what was under that name before is then still there.
inline void save_vocabulary(const std::string& path, const Vocabulary& vocabulary) {
  detail::VocabularyParameter parameter{vocabulary};
  std::map<std::string, std::string> metadata = vocabulary.provenance;
  detail::vocabulary_file.mark(metadata);
  save_safetensors(path, parameter, metadata);
}

/// Reads what `save_vocabulary` wrote, another program's matrix `centres`, or a file of one matrix alone: AnyLoc's `c_centers.pt`, or an `.npy`.
/// @param channels  of the tokens that the words are for, where they are known
/// @throws IoError, FormatError  for a file that cannot be read, is of another kind or a newer version, or holds NaN or infinity; WeightError for one
///   without a matrix `centres`, or of other channels.
inline Vocabulary load_vocabulary(const std::string& path, std::optional<std::int64_t> channels = std::nullopt) {
  const WeightFile file = open_weights(path);
  detail::vocabulary_file.is_kind_of(file.metadata(), path);
  const bool alone = file.tensors().size() == 1 && file.tensors()[0].name.empty();
  const auto place = find_tensor(file, alone ? "" : "centres");
  VPR_REQUIRE(WeightError, place.has_value() && file.tensors()[*place].shape.rank() == 2 && file.tensors()[*place].shape.elements() > 0,
              path, ": is no vocabulary: it has no matrix 'centres' of [words, channels]");
  const std::int64_t found = file.tensors()[*place].shape[1];
  VPR_REQUIRE(WeightError, found == channels.value_or(found), path, ": its words have ", found, " channels, expected ", *channels,
              ", as the tokens that they are for");
  std::map<std::string, std::string> provenance = file.metadata();
  detail::FileKind::unmark(provenance);
  Vocabulary vocabulary{file.tensors()[*place].shape, read_tensor(file, *place), std::move(provenance)};
  require_finite(vocabulary.rows(), vocabulary.shape[1], (path + ": word").c_str());
  return vocabulary;
}

}  // namespace vpr
