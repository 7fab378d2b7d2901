// SPDX-License-Identifier: MIT
/// What the tests of adapters share: a small block with them, on a grid that is not square, with registers.
#pragma once

#include <vpr/backbone/block.hpp>

#include "tests/support/component.hpp"

namespace vpr::test {

inline const VitConfig small_vit{.channels = 32, .depth = 1, .heads = 4};
inline const TokenLayout odd_layout{3, {3, 5}};  // a class token and two registers

inline X random_tokens(std::int64_t batch, const TokenLayout& layout, std::uint64_t seed) {
  return random_tensor_f32(Shape{batch, layout.leading + layout.grid.patches(), small_vit.channels}, seed);
}

/// A block with that adapter, and one without, of the same seeded weights.
template <template <class> class Adapter>
struct BlockWithAndWithout {
  Block<Cpu<>, Adapter> with;
  Block<Cpu<>> without{small_vit};

  explicit BlockWithAndWithout(Adapter<Cpu<>> adapter = Adapter<Cpu<>>(small_vit)) : with(small_vit, std::move(adapter)) {
    randomise(without, 1);
    randomise(with, 1);  // the adapter's parameters come last
  }
};

/// Checks that a block has the same bits for each image alone, in a batch, and on any number of threads.
template <class B>
void check_block(const B& block, const TokenLayout& layout) {
  const X tokens = random_tokens(3, layout, 5);
  const std::vector<float> together = same_on_any_threads([&] { return block(tokens, layout).to_vector(); });
  std::vector<float> alone;
  for (std::int64_t i = 0; i < 3; ++i) {
    const std::vector<float> one = block(slice(tokens, 0, i, i + 1), layout).to_vector();
    alone.insert(alone.end(), one.begin(), one.end());
  }
  CHECK(alone == together);
}

/// The names of an adapter's parameters in a block.
template <template <class> class Adapter>
std::vector<std::string> adapter_parameters() {
  return parameters(Adapter<Cpu<>>(small_vit));
}

inline std::vector<float> zeros(std::int64_t count) { return std::vector<float>(static_cast<std::size_t>(count), 0.0F); }

}  // namespace vpr::test
