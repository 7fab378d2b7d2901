// SPDX-License-Identifier: MIT
#pragma once

#include "tests/specs/op_spec.hpp"

namespace vpr::test {

struct WindowOnMap {
  Grid map;
  Window window;

  Grid positions() const { return window.positions(map); }
};

inline constexpr WindowOnMap windows_on_maps[]{{{1, 1}, {1, 1, 0}}, {{1, 1}, {3, 1, 1}}, {{4, 5}, {3, 1, 1}},  {{5, 4}, {5, 1, 2}},
                                               {{7, 6}, {3, 2, 1}}, {{3, 4}, {3, 2, 1}}, {{9, 11}, {7, 2, 3}}, {{4, 6}, {2, 2, 0}},
                                               {{5, 3}, {2, 3, 0}}, {{3, 2}, {2, 3, 1}}, {{2, 3}, {2, 1, 0}},  {{2, 3}, {3, 1, 0}}};

/// Every window over maps of 1, 3 and 17 channels; `shape` is that of the op's input.
template <class InputShape>
Cases<WindowOnMap> map_cases(const InputShape& shape) {
  Cases<WindowOnMap> cases;
  for (const WindowOnMap& on : windows_on_maps) {
    for (const std::int64_t channels : {1, 3, 17}) cases.push_back({{{shape(on, channels)}}, on});
  }
  return cases;
}

struct Windows {
  static constexpr auto name = "windows";
  VPR_SPEC_KERNELS(windows);
  static constexpr Tolerance value = exact, gradient{16, "a sum over the windows that see a cell"};
  static Shape shape(const WindowOnMap& on, std::int64_t channels) { return {on.map.patches(), channels}; }
  static Cases<WindowOnMap> cases() { return map_cases(shape); }
  static Case<WindowOnMap> speed() { return {{{{256, 64}}}, {{16, 16}, {3, 1, 1}}}; }
  static constexpr auto apply = [](auto& in, const WindowOnMap& on) { return windows(in[0], on.map, on.window); };
};

struct Fold {
  static constexpr auto name = "fold";
  VPR_SPEC_KERNELS(fold);
  static constexpr Tolerance value{16, "a sum over the windows that see a cell"}, gradient = exact;
  static Shape shape(const WindowOnMap& on, std::int64_t channels) { return {on.positions().patches(), channels * on.window.cells()}; }
  static Cases<WindowOnMap> cases() { return map_cases(shape); }
  static Case<WindowOnMap> speed() { return {{{{256, 9 * 64}}}, {{16, 16}, {3, 1, 1}}}; }
  static constexpr auto apply = [](auto& in, const WindowOnMap& on) { return fold(in[0], on.map, on.window); };
};

struct MaxPool {
  static constexpr auto name = "max_pool";
  VPR_SPEC_KERNELS(max_pool, max_pool_gradient);
  static constexpr Tolerance value = exact, gradient{16, "a sum over the windows that take a cell"};
  static Cases<WindowOnMap> cases() { return map_cases(Windows::shape); }
  static Case<WindowOnMap> speed() { return {{{{112 * 112, 64}}}, {{112, 112}, {3, 2, 1}}}; }
  static constexpr auto apply = [](auto& in, const WindowOnMap& on) { return max_pool(in[0], on.map, on.window); };
};

/// `convolution` of a map by a weight, in groups, and the epilogue's operands.
struct Convolved {
  struct Settings {
    WindowOnMap on;
    bool relu_of_sum = false;
  };
  static constexpr auto name = "convolution";
  VPR_SPEC_KERNELS(convolution);
  static constexpr Tolerance value{32, "a sum over at most 17 · 49 products"}, gradient{32, "sums over windows, outputs and rows"};
  static Case<Settings> of(const WindowOnMap& on, std::int64_t inputs, std::int64_t outputs, std::int64_t groups) {
    const Operand of_outputs{{outputs}, false};
    const Operand weight{{outputs, inputs / groups, on.window.kernel, on.window.kernel}, false};
    const Operand map{{on.map.patches(), inputs}}, residual{{on.positions().patches(), outputs}};
    return {{map, weight, of_outputs, of_outputs, residual}, {on, groups == 1}};
  }
  static Cases<Settings> cases() {
    Cases<Settings> cases;
    for (const WindowOnMap& on : windows_on_maps) {
      for (const std::int64_t channels : {1, 3, 17}) {
        cases.push_back(of(on, channels, 5, 1));
        cases.push_back(of(on, channels, channels, channels));
      }
      cases.push_back(of(on, 4, 6, 2));
    }
    return cases;
  }
  static Case<Settings> speed() {
    Case<Settings> resnet = of({{28, 28}, {3, 1, 1}}, 128, 128, 1);
    resnet.flops = 2.0 * 28 * 28 * 9 * 128 * 128;
    return resnet;
  }
  static constexpr auto apply = []<class X>(Inputs<X>& in, const Settings& settings) {
    return convolution(in[0], settings.on.map, settings.on.window, in[1],
                       Epilogue<X>{.bias = &in[2],
                                   .activation = Activation::gelu,
                                   .gate = &in[3],
                                   .scale = typename X::value_type(0.5F),
                                   .residual = std::move(in[4]),
                                   .relu_of_sum = settings.relu_of_sum});
  };
};

using MapSpecs = Specs<Convolved, Windows, Fold, MaxPool>;

}  // namespace vpr::test
