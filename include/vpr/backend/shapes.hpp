// SPDX-License-Identifier: MIT
/// @file
/// A backend without elements.
#pragma once

#include <vpr/core/tensor.hpp>

#include <concepts>
#include <cstddef>
#include <span>

namespace vpr {

/// Tensors that know their shape and hold no memory. A model over it lists its parameters, to be compared with a weight file
/// or counted, at no cost; it cannot compute.
struct Shapes {
  using value = float;
  using tensor = Tensor<Shapes>;
  using weight = Tensor<Shapes>;
  using convolution_weight = weight;
  static constexpr bool host = false;

  struct storage {
    std::size_t elements = 0;

    storage() = default;
    explicit storage(std::size_t count) : elements(count) {}
    std::size_t size() const { return elements; }
  };
  static float* pointer(const storage&) { return nullptr; }
  static void upload(std::span<const float>, float*) {}
  static void download(const float*, std::span<float>) {}
};

/// Whether tensors of backend `B` have values, so that a component over it can be called.
template <class B>
inline constexpr bool has_values = !std::same_as<B, Shapes>;

}  // namespace vpr
