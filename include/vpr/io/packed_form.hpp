// SPDX-License-Identifier: MIT
/// @file
/// How a safetensors file holds matrices packed as products read them.
///
/// Each is a tensor of 32-bit words under the matrix's official name: its `PackedMatrix::words()` and, where it is smoothed, behind them the
/// floats of its `input_factors()`. The metadata has `vpr_packed`, the version of this form, and for each matrix `packed NAME`: its precision,
/// its shape, and whether it is smoothed, such as `int8 2304x768 smoothed`.
#pragma once

#include <vpr/io/weight_file.hpp>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace vpr::detail {

inline constexpr std::string_view packed_version_key = "vpr_packed", packed_version = "1", packed_key = "packed ";

/// What the metadata calls a matrix.
inline std::string packed_form_of(const PackedMatrix& matrix) {
  std::string text(name_of(matrix.precision()));
  for (std::size_t axis = 0; axis < matrix.shape().rank(); ++axis) text += (axis == 0 ? ' ' : 'x') + std::to_string(matrix.shape()[axis]);
  return text + (matrix.input_factors().empty() ? "" : " smoothed");
}

/// The shape that such a text names, `2304x768`; without axes where it is none.
inline Shape packed_shape(std::string_view text) {
  std::vector<std::int64_t> extents;
  for (const char* at = text.data(); at < text.data() + text.size(); ++at) {
    std::int64_t extent = 0;
    const auto [end, error] = std::from_chars(at, text.data() + text.size(), extent);
    if (error != std::errc() || extent <= 0 || (end != text.data() + text.size() && *end != 'x')) return Shape();
    extents.push_back(extent);
    at = end;
  }
  return Shape(extents);
}

/// Makes a tensor of words that the metadata calls `text` the matrix that it stands for.
/// @throws Error  for a text or a number of words that no matrix has
inline void read_packed_form(std::string_view text, TensorInfo& info, StoredTensor& stored) {
  const std::string called = escaped(text.substr(0, 80));
  constexpr std::string_view smoothed = " smoothed";
  StoredTensor::Packed form;
  form.smoothed = text.ends_with(smoothed);
  if (form.smoothed) text.remove_suffix(smoothed.size());
  for (const Precision precision : {Precision::bf16, Precision::int8}) {
    if (text.starts_with(std::string(name_of(precision)) + ' ')) form.precision = precision;
  }
  const Shape shape = form.precision == Precision::f32 ? Shape() : packed_shape(text.substr(name_of(form.precision).size() + 1));
  VPR_REQUIRE(FormatError, shape.rank() >= 2 && (!form.smoothed || form.precision == Precision::int8), "is called '", called,
              "', want bf16 or int8 and a shape, such as 'int8 2304x768 smoothed'");
  const std::int64_t words = info.shape.elements();
  const bool in_words = info.dtype == DType::uint32 && shape.elements() / 4 <= words;  // so that no count overflows
  const PackedMatrix matrix = in_words ? PackedMatrix::zeros(shape, form.precision) : PackedMatrix();
  VPR_REQUIRE(FormatError, in_words && words == matrix.word_count() + (form.smoothed ? matrix.inputs() : 0), "is ", info.dtype, ' ',
              info.shape, ", which is not what '", called, "' takes");
  info = {info.name, form.precision == Precision::int8 ? DType::scaled_int8 : DType::bfloat16, shape};
  stored.packed = form;
}

}  // namespace vpr::detail
