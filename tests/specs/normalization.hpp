// SPDX-License-Identifier: MIT
#pragma once

#include "tests/specs/op_spec.hpp"

namespace vpr::test {

/// What keeps a denominator from zero.
struct Eps {
  float eps = 1e-12F;
};

struct LayerNorm {
  static constexpr auto name = "layer_norm";
  VPR_SPEC_KERNELS(layer_norm, layer_norm_gradient);
  static constexpr Tolerance value{8, "sums of differences from a mean, and a root"}, gradient{16, "two sums more, and gamma's over rows"};
  static constexpr bool in_place = true;
  static Case<Eps> of(std::int64_t rows, std::int64_t width, float eps) {
    return {{{{rows, width}}, {{width}, false}, {{width}, false}}, {eps}};
  }
  static Cases<Eps> cases() {
    Cases<Eps> cases;
    for (const std::int64_t width : widths) cases.push_back(of(5, width, width < 15 ? 0.1F : 1e-6F));  // few elements may be nearly equal
    return cases;
  }
  static Case<Eps> speed() { return of(257, 768, 1e-6F); }
  static constexpr auto apply = [](auto& in, Eps settings) { return layer_norm(std::move(in[0]), in[1], in[2], settings.eps); };
};

struct L2Normalize {
  static constexpr auto name = "l2_normalize";
  VPR_SPEC_KERNELS(l2_normalize, l2_normalize_gradient);
  static constexpr Tolerance value{8, "the root of a sum of squares, and a quotient"}, gradient{16, "a sum of products more"};
  static constexpr bool in_place = true;
  static Cases<Eps> cases() {
    Cases<Eps> cases{{{{{3, 5}}}, {10}}};
    for (const std::int64_t width : widths) cases.push_back({{{{5, width}}}});
    return cases;
  }
  static Case<Eps> speed() { return {{{{256, 768}}}}; }
  static constexpr auto apply = [](auto& in, Eps settings) { return l2_normalize(std::move(in[0]), settings.eps); };
};

struct Softmax {
  static constexpr auto name = "softmax";
  VPR_SPEC_KERNELS(softmax, softmax_gradient);
  static constexpr Tolerance value{8, "the sum of exponentials"}, gradient{16, "a sum of products more"};
  static constexpr bool in_place = true;
  static Cases<> cases() {
    Cases<> cases;
    for (const std::int64_t width : widths) cases.push_back({{{{5, width}, true, -9, 9}}});
    return cases;
  }
  static Case<> speed() { return {{{{257, 257}}}}; }
  static constexpr auto apply = [](auto& in, NoSettings) { return softmax(std::move(in[0])); };
};

/// By given statistics, and by the batch's own where there are no more than three inputs.
struct BatchNorm {
  static constexpr auto name = "batch_norm";
  VPR_SPEC_KERNELS(batch_norm, batch_norm_gradient, channel_moments);
  static constexpr Tolerance value{8, "a mean and a variance over all rows"}, gradient{64, "two sums more over them"};
  static Cases<> cases() {
    Cases<> cases;
    for (const std::int64_t channels : {1, 3, 16, 17}) {
      const Operand c{{channels}, false}, mean{{channels}, false, -1, 1, true}, variance{{channels}, false, 0.5F, 2, true};
      for (const std::int64_t rows : {1, 2, 7, 129}) {
        cases.push_back({{{{rows, channels}}, c, c, mean, variance}});
        if (rows > 2) cases.push_back({{{{rows, channels}, false}, c, c}});
      }
    }
    return cases;
  }
  static Case<> speed() {
    const Operand c{{64}, false}, variance{{64}, false, 0.5F, 2, true};
    return {{{{3136, 64}}, c, c, {{64}, false, -1, 1, true}, variance}};
  }
  static constexpr auto apply = [](auto& in, NoSettings) {
    if (in.size() == 5) return batch_norm(in[0], in[1], in[2], in[3], in[4], 1e-3F);
    if constexpr (requires { in[0].value(); }) {
      return batch_norm(in[0], in[1], in[2], channel_moments(in[0].value()), 1e-3F);
    } else {
      const auto moments = channel_moments(in[0]);
      return batch_norm(in[0], in[1], in[2], moments.mean, moments.variance, 1e-3F);
    }
  };
};

using NormalizationSpecs = Specs<LayerNorm, L2Normalize, Softmax, BatchNorm>;

}  // namespace vpr::test
