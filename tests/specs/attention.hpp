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
  VPR_SPEC_KERNELS(attention, attention_gradient);
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

struct Rotary {
  struct Turned {
    std::int64_t channels;
  };
  static constexpr auto name = "rotary";
  VPR_SPEC_KERNELS(rotary);
  static constexpr Tolerance value{2, "two products and a sum"}, gradient{2, "the same, turned back"};
  static constexpr bool in_place = true;
  /// `others` columns and `before` tokens are left as they are.
  static Case<Turned> of(std::int64_t before, std::int64_t turned, std::int64_t heads, std::int64_t depth, std::int64_t others) {
    const Operand angle{{turned, depth / 2}, false, -1, 1, true};
    return {{{{before + turned, heads * depth + others}}, angle, angle}, {heads * depth}};
  }
  static Cases<Turned> cases() {
    Cases<Turned> cases{of(0, 1, 1, 2, 0), of(1, 3, 2, 4, 4), of(5, 0, 1, 2, 0), of(0, 2, 0, 2, 3), of(0, 0, 3, 6, 9)};
    for (const std::int64_t depth : {2, 6, 16, 18, 64}) cases.push_back(of(5, 17, 3, depth, 3 * depth));
    return cases;
  }
  static Case<Turned> speed() { return of(5, 196, 24, 64, 768); }  // queries and keys of a ViT-B's 12 heads
  static std::vector<Example<Turned>> examples() {
    // A quarter turn takes (1, 3) to (-3, 1); the first token and the last column stay.
    return {{of(1, 1, 2, 4, 1),
             {{9, 9, 9, 9, 9, 9, 9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {0, 1}, {1, 0}},
             {9, 9, 9, 9, 9, 9, 9, 9, 9, -3, 2, 1, 4, -7, 6, 5, 8, 9}}};
  }
  static std::vector<Refusal<Turned>> refused() {
    const Operand x{{5, 8}}, angle{{4, 2}, false};
    return {{{{x, angle, angle}, {6}}, "rotary: got x [1, 5, 8], cosine [4, 2], sine [4, 2] and 6 channels"},
            {{{x, angle, angle}, {12}}, "and 12 channels"},
            {{{x, angle, {{4, 1}, false}}, {8}}, "sine [4, 1]"},
            {{{x, {{6, 2}, false}, {{6, 2}, false}}, {8}}, "cosine [6, 2]"}};
  }
  static constexpr auto apply = [](auto& in, Turned turned) { return rotary(std::move(in[0]), in[1], in[2], turned.channels); };
};

using AttentionSpecs = Specs<Attention, Rotary>;

}  // namespace vpr::test
