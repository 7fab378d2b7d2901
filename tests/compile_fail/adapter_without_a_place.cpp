// SPDX-License-Identifier: MIT
// refused: an adapter must be constructible from VitConfig and have after_attention, beside_attention, after_mlp and beside_mlp of
#include <vpr/backbone/block.hpp>
#include <vpr/backend/cpu.hpp>

template <class B>
struct Placeless {
  explicit Placeless(const vpr::VitConfig&) {}
};

vpr::Block<vpr::Cpu<>, Placeless> block(vpr::VitConfig{});
