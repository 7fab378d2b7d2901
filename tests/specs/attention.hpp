// SPDX-License-Identifier: MIT
#pragma once

#include "tests/specs/op_spec.hpp"

namespace vpr::test {

/// `attention`, and `self_attention` where its one input is the joint projection.
struct Attention {
  struct Heads {
    std::int64_t heads;
  };
  static constexpr auto name = "attention";
  VPR_KERNELS(attention, attention_gradient);
  static constexpr Tolerance value{16, "scores of a sum over the depth, and their softmax"}, gradient{32, "sums of such weights"};
  static Case<Heads> joint(std::int64_t tokens, std::int64_t heads, std::int64_t depth) {
    return {{{{tokens, 3 * heads * depth}, true, -2, 2}}, {heads}};
  }
  static Case<Heads> cross(std::int64_t queries, std::int64_t keys, std::int64_t heads, std::int64_t depth) {
    const Operand q{{queries, heads * depth}, true, -2, 2}, k{{keys, heads * depth}, true, -2, 2};
    return {{q, k, k}, {heads}};
  }
  static Cases<Heads> cases() {
    Cases<Heads> cases{joint(0, 2, 3),       joint(3, 1, 4),    cross(1, 193, 1, 17), cross(129, 1, 2, 5),
                       cross(17, 131, 3, 8), cross(3, 5, 2, 2), cross(1, 7, 1, 3),    cross(0, 2, 1, 3)};
    for (const std::int64_t tokens : {1, 2, 3, 17, 127, 128, 129}) cases.push_back(joint(tokens, 2, 3));
    for (const std::int64_t depth : {1, 15, 16, 17, 64}) cases.push_back(joint(5, 3, depth));
    return cases;
  }
  static Case<Heads> speed() {
    Case<Heads> vit = joint(257, 12, 64);
    vit.flops = 4.0 * 257 * 257 * 768;
    return vit;
  }
  static constexpr auto apply = [](auto& in, Heads settings) {
    return in.size() == 1 ? self_attention(in[0], settings.heads) : attention(in[0], in[1], in[2], settings.heads);
  };
};

using AttentionSpecs = Specs<Attention>;

}  // namespace vpr::test
