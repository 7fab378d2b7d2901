// SPDX-License-Identifier: MIT
// refused: an adapter must be constructible from VitConfig and have after_attention(x, layout), beside_attention(x, normed, layout) and beside_mlp(x, normed, layout)
#include <vpr/backbone/block.hpp>
#include <vpr/backend/cpu.hpp>

template <class B>
struct Placeless {
  explicit Placeless(const vpr::VitConfig&) {}
};

vpr::Block<vpr::Cpu<>, Placeless> block(vpr::VitConfig{});
