// SPDX-License-Identifier: MIT
/// @file
/// What a component asks of a place that weights come from.
#pragma once

#include <vpr/core/shape.hpp>
#include <vpr/io/dtype.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace vpr {

/// What is known of a stored tensor before its values are read.
struct TensorInfo {
  std::string name;
  DType dtype = DType::float32;
  Shape shape;
};

/// A set of named tensors. `tensors()` lists them, in an order that stays; `read(index, out)` writes the values of one,
/// converted to float, in row-major order into `out`, which has `shape.elements()` floats; `path()` says in errors where they are from.
template <class S>
concept WeightSource = requires(const S& source, std::size_t index, std::span<float> out) {
  { source.path() } -> std::convertible_to<std::string>;
  { source.tensors() } -> std::same_as<const std::vector<TensorInfo>&>;
  source.read(index, out);
};

/// Where the tensor of that name stands in `source.tensors()`, or nothing.
template <WeightSource S>
std::optional<std::size_t> find_tensor(const S& source, std::string_view name) {
  const std::vector<TensorInfo>& tensors = source.tensors();
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].name == name) return i;
  }
  return std::nullopt;
}

/// All values of one tensor, as `T`.
/// @throws ShapeError if there is no tensor of that index; WeightError if its values do not fit into memory; what `read` throws.
template <class T = float, WeightSource S>
std::vector<T> read_tensor(const S& source, std::size_t index) {
  VPR_REQUIRE(ShapeError, index < source.tensors().size(), source.path(), ": tensor ", index, " of ", source.tensors().size(),
              " is asked for");
  const TensorInfo& info = source.tensors()[index];
  std::vector<T> values;
  try {
    values.resize(static_cast<std::size_t>(info.shape.elements()));
  } catch (const std::exception&) {
    fail<WeightError>(source.path(), ": '", info.name, "' ", info.shape, ": there is not enough memory to read it");
  }
  source.read(index, std::span<T>(values));
  return values;
}

/// All values of the tensor of that name, as `T`.
/// @throws WeightError if there is none.
template <class T = float, WeightSource S>
std::vector<T> read_tensor(const S& source, std::string_view name) {
  const std::optional<std::size_t> index = find_tensor(source, name);
  VPR_REQUIRE(WeightError, index.has_value(), source.path(), ": has no tensor '", name, "'");
  return read_tensor<T>(source, *index);
}

}  // namespace vpr
