// SPDX-License-Identifier: MIT
/// @file
/// One table of every kernel that `backend/concept.hpp` asks for, at odd sizes. The parity suite runs it on every backend.
#pragma once

#include <vpr/backend/concept.hpp>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace vpr::test {

/// A tensor of a case: its shape, a batch axis in front of it if it differs from image to image, and the range of its random values.
struct Operand {
  Shape shape;
  bool per_image = true;
  float low = -1;
  float high = 1;

  Shape of(std::int64_t batch) const {
    std::vector<std::int64_t> extents(shape.begin(), shape.end());
    if (per_image) extents.insert(extents.begin(), batch);
    return Shape(extents);
  }
};

template <class B>
using Inputs = std::vector<const Tensor<B>*>;
template <class B>
using Outputs = std::vector<Tensor<B>>;

/// A kernel at one size.
template <class B>
struct KernelCase {
  std::string kernel;  // its name in `Backend` or `DifferentiableBackend`
  std::vector<Operand> inputs;
  std::vector<Operand> outputs;
  /// What each output may be off by, in rounding errors of the number type at the output's largest magnitude.
  double roundings;
  /// Whether the first output may be the first input.
  bool in_place;
  std::function<void(const Inputs<B>&, Outputs<B>&)> run;

  std::string title() const {
    std::ostringstream text;
    text << kernel;
    for (const Operand& input : inputs) text << ' ' << input.shape;
    return text.str();
  }
};

namespace detail {

/// Around the sizes of vectors (16 floats) and tiles (192 columns, 256 elements).
inline constexpr std::initializer_list<std::int64_t> widths{0, 1, 2, 3, 15, 16, 17, 193, 257};

template <class B>
struct Table {
  using Cases = std::vector<KernelCase<B>>;
  using In = const Inputs<B>&;
  using Out = Outputs<B>&;
  using T = typename B::value;

  static void elementwise(Cases& cases) {
    for (const std::int64_t width : widths) {
      const Shape rows{5, width}, channels{width};
      cases.push_back({"gelu", {{rows, true, -6, 6}}, {{rows}}, 4, true, [](In in, Out out) { B::gelu(*in[0], out[0]); }});
      cases.push_back({"relu", {{rows}}, {{rows}}, 0, true, [](In in, Out out) { B::relu(*in[0], out[0]); }});
      cases.push_back({"quick_gelu", {{rows, true, -6, 6}}, {{rows}}, 4, true, [](In in, Out out) { B::quick_gelu(*in[0], out[0]); }});
      cases.push_back({"quick_gelu_gradient", {{rows, true, -6, 6}, {rows}}, {{rows}}, 8, false, [](In in, Out out) {
                         B::quick_gelu_gradient(*in[0], *in[1], out[0]);
                       }});
      cases.push_back({"exp", {{rows, true, -6, 6}}, {{rows}}, 4, true, [](In in, Out out) { B::exp(*in[0], out[0]); }});
      cases.push_back(
          {"divide", {{rows}, {rows, true, 1, 3}}, {{rows}}, 1, true, [](In in, Out out) { B::divide(*in[0], *in[1], out[0]); }});
      cases.push_back(
          {"silu_gate", {{{5, 2 * width}, true, -6, 6}}, {{rows}}, 4, false, [](In in, Out out) { B::silu_gate(*in[0], out[0]); }});
      cases.push_back({"add_gated", {{rows}, {rows}, {channels, false}}, {{rows}}, 2, true, [](In in, Out out) {
                         B::add_gated(*in[0], *in[1], *in[2], out[0]);
                       }});
      cases.push_back({"gelu_gradient", {{rows, true, -6, 6}, {rows}}, {{rows}}, 4, false, [](In in, Out out) {
                         B::gelu_gradient(*in[0], *in[1], out[0]);
                       }});
      cases.push_back(
          {"relu_gradient", {{rows}, {rows}}, {{rows}}, 0, false, [](In in, Out out) { B::relu_gradient(*in[0], *in[1], out[0]); }});
      cases.push_back({"silu_gate_gradient", {{{5, 2 * width}, true, -6, 6}, {rows}}, {{{5, 2 * width}}}, 8, false, [](In in, Out out) {
                         B::silu_gate_gradient(*in[0], *in[1], out[0]);
                       }});
      if (width == 0) continue;
      for (const Operand& addend : {Operand{rows}, Operand{rows, false}, Operand{channels, false}, Operand{{1}, false}}) {
        cases.push_back(
            {"add_scaled", {{rows}, addend}, {{rows}}, 2, true, [](In in, Out out) { B::add_scaled(*in[0], *in[1], T(0.3F), out[0]); }});
        cases.push_back({"multiply", {{rows}, addend}, {{rows}}, 1, true, [](In in, Out out) { B::multiply(*in[0], *in[1], out[0]); }});
      }
    }
  }

  /// The kernels of optimisers, which change all but their gradient in place.
  static void updates(Cases& cases) {
    for (const std::int64_t width : widths) {
      const Operand x{{5, width}, false}, none{{0}, false}, squares{{5, width}, false, 0, 1};
      for (const bool momentum : {false, true}) {
        cases.push_back({"sgd_update", {x, x, momentum ? x : none}, {x, momentum ? x : none}, 4, false, [](In in, Out out) {
                           out = {*in[1], *in[2]};
                           B::sgd_update(*in[0], SgdStep<T>{T(0.3F), T(0.2F), T(0.9F), T(0.8F), true}, out[0], out[1]);
                         }});
      }
      for (const bool amsgrad : {false, true}) {
        const Operand largest = amsgrad ? squares : none;
        cases.push_back({"adam_update", {x, x, x, squares, largest}, {x, x, squares, largest}, 32, false, [](In in, Out out) {
                           out = {*in[1], *in[2], *in[3], *in[4]};
                           const AdamStep<T> step{T(0.3F), T(0.2F), T(0.9F), T(0.1F), T(0.75F), T(0.25F), T(0.5F), T(0.01F)};
                           B::adam_update(*in[0], step, out[0], out[1], out[2], out[3]);
                         }});
      }
    }
  }

  static void of_rows(Cases& cases) {
    for (const std::int64_t width : widths) {
      const Shape rows{5, width}, channels{width};
      cases.push_back({"l2_normalize", {{rows}}, {{rows}}, 8, true, [](In in, Out out) { B::l2_normalize(*in[0], T(1e-12F), out[0]); }});
      cases.push_back({"l2_normalize_gradient", {{rows}, {rows}, {rows}}, {{rows}}, 16, false, [](In in, Out out) {
                         B::l2_normalize_gradient(*in[0], T(1e-12F), *in[1], *in[2], out[0]);
                       }});
      if (width == 0) continue;
      cases.push_back({"layer_norm", {{rows}, {channels, false}, {channels, false}}, {{rows}}, 8, true, [](In in, Out out) {
                         B::layer_norm(*in[0], *in[1], *in[2], T(1e-6F), out[0]);
                       }});
      cases.push_back({"layer_norm_gradient", {{rows}, {channels, false}, {rows}}, {{rows}}, 16, false, [](In in, Out out) {
                         B::layer_norm_gradient(*in[0], *in[1], T(1e-6F), *in[2], out[0]);
                       }});
      cases.push_back({"softmax_gradient", {{rows, true, 0, 1}, {rows}}, {{rows}}, 16, false, [](In in, Out out) {
                         B::softmax_gradient(*in[0], *in[1], out[0]);
                       }});
      cases.push_back({"softmax", {{rows, true, -9, 9}}, {{rows}}, 16, true, [](In in, Out out) { B::softmax(*in[0], out[0]); }});
      cases.push_back({"one_hot", {{rows}}, {{rows}}, 0, true, [](In in, Out out) { B::one_hot(*in[0], out[0]); }});
    }
  }

  static void metrics(Cases& cases) {
    for (const std::int64_t width : widths) {
      const Operand x{{5, width}}, y{{5}}, a{{5, width}, false}, b{{3, width}, false}, d{{5, 3}, false};
      cases.push_back({"norms", {x}, {y}, 8, false, [](In in, Out out) { B::norms(*in[0], out[0]); }});
      // The result of an op is an input of its gradient; the case computes it in its own precision.
      cases.push_back({"norms_gradient", {x, y}, {x}, 16, false, [](In in, Out out) {
                         Tensor<B> lengths(in[1]->shape());
                         B::norms(*in[0], lengths);
                         B::norms_gradient(*in[0], lengths, *in[1], out[0]);
                       }});
      cases.push_back({"distances", {a, b}, {d}, 8, false, [](In in, Out out) { B::distances(*in[0], *in[1], out[0]); }});
      cases.push_back({"distances_gradient", {a, b, d}, {a, b}, 16, false, [](In in, Out out) {
                         Tensor<B> lengths(in[2]->shape());
                         B::distances(*in[0], *in[1], lengths);
                         B::distances_gradient(*in[0], *in[1], lengths, *in[2], false, out[0]);
                         B::distances_gradient(*in[1], *in[0], lengths, *in[2], true, out[1]);
                       }});
      for (const bool and_zero : {false, true}) {
        const Operand wide{{5, width}, true, -90, 90}, mask{{5, width}, true, 0.1F, 1};
        cases.push_back(
            {"log_sum_exp", {wide, mask}, {y}, 4, false, [=](In in, Out out) { B::log_sum_exp(*in[0], *in[1], and_zero, out[0]); }});
        cases.push_back({"log_sum_exp_gradient", {x, mask, y}, {x}, 16, false, [=](In in, Out out) {
                           Tensor<B> value(in[2]->shape());
                           B::log_sum_exp(*in[0], *in[1], and_zero, value);
                           B::log_sum_exp_gradient(*in[0], *in[1], value, *in[2], out[0]);
                         }});
      }
      cases.push_back({"gather", {a}, {{{4, width}, false}}, 0, false, [](In in, Out out) {
                         B::gather(*in[0], Tensor<B>::from({4}, {3, 0, 4, 3}), out[0]);
                       }});
      cases.push_back({"sum_gathered", {{{6, width}, false}}, {a}, 2, false, [](In in, Out out) {
                         B::sum_gathered(*in[0], Tensor<B>::from({6}, {1, 0, 3, 5, 2, 4}), Tensor<B>::from({5}, {1, 2, 4, 5, 6}), out[0]);
                       }});
    }
  }

  static void products(Cases& cases) {
    const auto linear = [&](Shape rows, std::int64_t inputs, std::int64_t outputs, bool bias, Activation activation) {
      Shape result = rows;
      rows = rows.with(rows.rank() - 1, inputs);
      result = result.with(result.rank() - 1, outputs);
      cases.push_back(
          {"linear", {{rows}, {{outputs, inputs}, false}, {{bias ? outputs : 0}, false}}, {{result}}, 32, false, [=](In in, Out out) {
             B::linear(*in[0], *in[1], {.bias = bias ? in[2]->data() : nullptr, .activation = activation}, out[0]);
           }});
    };
    for (const Activation activation : {Activation::none, Activation::relu, Activation::gelu, Activation::quick_gelu}) {
      for (const std::int64_t outputs : {1, 17, 193}) {
        const Shape rows{9, 37}, result{9, outputs};
        const Operand weight{{outputs, 37}, false}, of_columns{{outputs}, false};
        // With the residual apart, and where the result goes.
        cases.push_back({"linear", {{rows}, weight, of_columns, of_columns, {result}}, {{result}}, 32, false, [=](In in, Out out) {
                           B::linear(*in[0], *in[1], {in[2]->data(), activation, in[3]->data(), T(0.5F), in[4]->data()}, out[0]);
                         }});
        cases.push_back(
            {"linear", {{rows}, weight, of_columns, {result}}, {{result}}, 32, false, [=](In in, Out out) {
               out[0] = *in[3];
               B::linear(*in[0], *in[1], {nullptr, activation, in[2]->data(), T(1), std::as_const(out[0]).data(), true}, out[0]);
             }});
      }
    }
    for (const std::int64_t inputs : widths) {
      for (const std::int64_t outputs : {1, 3, 16, 17, 193, 385}) {
        linear({5, 0}, inputs, outputs, true, Activation::none);
        linear({0}, inputs, outputs, false, Activation::none);
      }
    }
    for (const std::int64_t rows : {0, 1, 2, 16, 129}) {
      linear({rows, 0}, 37, 193, true, Activation::gelu);
      linear({rows, 0}, 3, 2, true, Activation::relu);
    }
    linear({2, 3, 0}, 7, 11, true, Activation::none);
    linear({5, 0}, 7, 0, true, Activation::gelu);

    for (const std::int64_t inputs : {1, 3, 17, 193, 385}) {
      for (const std::int64_t outputs : {1, 16, 193}) {
        for (const Shape& rows : {Shape{5, 0}, Shape{0, 7, 0}, Shape{1, 0}}) {
          const Shape x = rows.with(rows.rank() - 1, inputs), y = rows.with(rows.rank() - 1, outputs);
          const Operand weight{{outputs, inputs}, false};
          cases.push_back(
              {"linear_gradient", {weight, {y}}, {{x}}, 32, false, [](In in, Out out) { B::linear_gradient(*in[0], *in[1], out[0]); }});
          cases.push_back({"linear_weight_gradient", {{x}, {y}}, {weight}, 32, false, [](In in, Out out) {
                             B::linear_weight_gradient(*in[0], *in[1], out[0]);
                           }});
        }
      }
    }
    for (const std::int64_t depth : {0, 1, 5, 17, 193}) {
      for (const std::int64_t rows : {1, 3, 193}) {
        for (const std::int64_t columns : {1, 16, 17}) {
          for (const bool left : {false, true}) {
            for (const bool right : {false, true}) {
              const Shape a = left ? Shape{depth, rows} : Shape{rows, depth}, b = right ? Shape{columns, depth} : Shape{depth, columns};
              const auto run = [=](In in, Out out) { B::matmul(*in[0], left, *in[1], right, out[0]); };
              cases.push_back({"matmul", {{a, false}, {b, false}}, {{{rows, columns}, false}}, 32, false, run});
              if (depth == 17) cases.push_back({"matmul", {{a}, {b}}, {{{rows, columns}}}, 32, false, run});
              if (depth == 17 && !left) cases.push_back({"matmul", {{a}, {b, false}}, {{{rows, columns}}}, 32, false, run});
            }
          }
        }
      }
    }
  }

  static void attention(Cases& cases) {
    const auto operand = [](const Tensor<B>& x, std::int64_t column) {
      return AttentionOperand<T>{x.data() + column, x.shape()[1], x.shape()[2]};
    };
    const auto joint = [&](std::int64_t tokens, std::int64_t heads, std::int64_t depth) {
      const std::int64_t channels = heads * depth;
      cases.push_back({"attention", {{{tokens, 3 * channels}, true, -2, 2}}, {{{tokens, channels}}}, 16, false, [=](In in, Out out) {
                         B::attention(operand(*in[0], 0), operand(*in[0], channels), operand(*in[0], 2 * channels), heads, out[0]);
                       }});
      cases.push_back({"attention_gradient",
                       {{{tokens, 3 * channels}, true, -2, 2}, {{tokens, channels}}},
                       {{{tokens, 3 * channels}}},
                       32,
                       false,
                       [=](In in, Out out) {
                         T* const begin = out[0].data();
                         B::attention_gradient(operand(*in[0], 0), operand(*in[0], channels), operand(*in[0], 2 * channels), heads, *in[1],
                                               begin, begin + channels, begin + 2 * channels);
                       }});
    };
    const auto cross = [&](std::int64_t queries, std::int64_t keys, std::int64_t heads, std::int64_t depth) {
      const Operand q{{queries, heads * depth}, true, -2, 2}, k{{keys, heads * depth}, true, -2, 2};
      cases.push_back({"attention", {q, k, k}, {{q.shape}}, 16, false, [=](In in, Out out) {
                         B::attention(operand(*in[0], 0), operand(*in[1], 0), operand(*in[2], 0), heads, out[0]);
                       }});
      cases.push_back({"attention_gradient", {q, k, k, {q.shape}}, {{q.shape}, {k.shape}, {k.shape}}, 32, false, [=](In in, Out out) {
                         B::attention_gradient(operand(*in[0], 0), operand(*in[1], 0), operand(*in[2], 0), heads, *in[3], out[0].data(),
                                               out[1].data(), out[2].data());
                       }});
    };
    for (const std::int64_t tokens : {1, 2, 3, 17, 127, 128, 129}) joint(tokens, 2, 3);
    for (const std::int64_t depth : {1, 15, 16, 17, 64}) joint(5, 3, depth);
    joint(3, 1, 4);
    cross(1, 193, 1, 17);
    cross(129, 1, 2, 5);
    cross(17, 131, 3, 8);
  }

  static void pooling(Cases& cases) {
    for (const std::int64_t channels : widths) {
      for (const std::int64_t tokens : {1, 5, 17, 129}) {
        const Shape x{tokens, channels}, y{channels};
        const Operand power{{1}, false, 2.5F, 3.5F};
        cases.push_back({"mean", {{x}}, {{y}}, 16, false, [](In in, Out out) { B::mean(*in[0], out[0]); }});
        cases.push_back({"gem", {{x}, power}, {{y}}, 8, false, [](In in, Out out) { B::gem(*in[0], *in[1], T(1e-6F), out[0]); }});
        // The result of `gem` is an input of its gradient; the case computes it in its own precision.
        cases.push_back({"mean_gradient", {{y}}, {{x}}, 1, false, [](In in, Out out) { B::mean_gradient(*in[0], out[0]); }});
        // The result of `gem` is an input of its gradients; the cases compute it in their own precision.
        const auto result = [](In in) {
          Tensor<B> means(in[2]->shape());
          B::gem(*in[0], *in[1], T(1e-6F), means);
          return means;
        };
        cases.push_back({"gem_gradient", {{x}, power, {y}}, {{x}}, 256, false, [=](In in, Out out) {
                           B::gem_gradient(*in[0], *in[1], T(1e-6F), result(in), *in[2], out[0]);
                         }});
        cases.push_back({"gem_power_gradient", {{x}, power, {y}}, {{{1}, false}}, 256, false, [=](In in, Out out) {
                           B::gem_power_gradient(*in[0], *in[1], T(1e-6F), result(in), *in[2], out[0]);
                         }});
      }
    }
    for (const std::int64_t columns : {1, 2, 15, 16, 17, 193}) {
      for (const std::int64_t rows : {0, 1, 7, 129}) {
        const Operand x{{rows, columns}, false};
        cases.push_back({"column_sums", {x, {{0}, false}}, {{{columns}, false}}, 32, false, [](In in, Out out) {
                           B::column_sums(*in[0], *in[1], out[0]);
                         }});
        cases.push_back(
            {"column_sums", {x, x}, {{{columns}, false}}, 32, false, [](In in, Out out) { B::column_sums(*in[0], *in[1], out[0]); }});
      }
    }
    for (const std::int64_t clusters : {1, 3, 17}) {
      for (const std::int64_t tokens : {0, 1, 7, 129}) {
        cases.push_back({"residual_sums",
                         {{{tokens, 19}}, {{tokens, clusters}}, {{clusters, 19}, false}},
                         {{{clusters, 19}}},
                         16,
                         false,
                         [](In in, Out out) { B::residual_sums(*in[0], *in[1], *in[2], out[0]); }});
        cases.push_back(
            {"residual_sums_gradient", {{{tokens, clusters}}, {{clusters, 19}}}, {{{tokens, 19}}}, 16, false, [](In in, Out out) {
               B::residual_sums_gradient(*in[0], *in[1], out[0]);
             }});
        cases.push_back({"residual_shares_gradient",
                         {{{tokens, 19}}, {{clusters, 19}, false}, {{clusters, 19}}},
                         {{{tokens, clusters}}},
                         16,
                         false,
                         [](In in, Out out) { B::residual_shares_gradient(*in[0], *in[1], *in[2], out[0]); }});
        cases.push_back({"residual_centres_gradient",
                         {{{tokens, clusters}}, {{clusters, 19}}},
                         {{{clusters, 19}, false}},
                         32,
                         false,
                         [](In in, Out out) { B::residual_centres_gradient(*in[0], *in[1], out[0]); }});
      }
    }
  }

  static void maps(Cases& cases) {
    for (const auto& [map, window] : std::initializer_list<std::pair<Grid, Window>>{{{1, 1}, {1, 1, 0}},
                                                                                    {{1, 1}, {3, 1, 1}},
                                                                                    {{4, 5}, {3, 1, 1}},
                                                                                    {{5, 4}, {5, 1, 2}},
                                                                                    {{7, 6}, {3, 2, 1}},
                                                                                    {{9, 11}, {7, 2, 3}},
                                                                                    {{4, 6}, {2, 2, 0}},
                                                                                    {{5, 3}, {2, 3, 0}}}) {
      for (const std::int64_t channels : {1, 3, 17}) {
        const Shape x{map.patches(), channels}, columns{window.positions(map).patches(), channels * window.cells()};
        for (const std::int64_t groups : {std::int64_t{1}, channels}) {
          const std::int64_t outputs = groups == 1 ? 5 : channels;
          const Shape y{window.positions(map).patches(), outputs};
          const Operand weight{{outputs, channels / groups, window.kernel, window.kernel}, false}, of_outputs{{outputs}, false};
          cases.push_back({"convolution",
                           {{x}, weight, of_outputs, of_outputs, {y}},
                           {{y}},
                           32,
                           false,
                           [=, map = map, window = window](In in, Out out) {
                             B::convolution(*in[0], map, window, *in[1],
                                            {in[2]->data(), Activation::gelu, in[3]->data(), T(0.5F), in[4]->data(), groups == 1}, out[0]);
                           }});
        }
        cases.push_back({"windows", {{x}}, {{columns}}, 0, false, [=, map = map, window = window](In in, Out out) {
                           B::windows(*in[0], map, window, out[0]);
                         }});
        if (2 * window.padding <= window.kernel) {
          const Shape y{window.positions(map).patches(), channels};
          cases.push_back({"max_pool", {{x}}, {{y}}, 0, false, [=, map = map, window = window](In in, Out out) {
                             B::max_pool(*in[0], map, window, out[0]);
                           }});
          cases.push_back({"max_pool_gradient", {{x}, {y}}, {{x}}, 16, false, [=, map = map, window = window](In in, Out out) {
                             B::max_pool_gradient(*in[0], map, window, *in[1], out[0]);
                           }});
        }
        cases.push_back({"fold", {{columns}}, {{x}}, 16, false, [=, map = map, window = window](In in, Out out) {
                           B::fold(*in[0], map, window, out[0]);
                         }});
      }
    }
    for (const std::int64_t channels : {1, 3, 16, 17}) {
      for (const std::int64_t rows : {1, 2, 129}) {
        const Operand x{{rows, channels}, false}, c{{channels}, false}, positive{{channels}, false, 0.5F, 2};
        cases.push_back({"batch_norm", {{x.shape}, c, c, c, positive}, {{x.shape}}, 8, true, [](In in, Out out) {
                           B::batch_norm(*in[0], *in[1], *in[2], *in[3], *in[4], T(1e-3F), out[0]);
                         }});
        cases.push_back({"channel_moments", {x}, {c, c}, 32, false, [](In in, Out out) { B::channel_moments(*in[0], out[0], out[1]); }});
        for (const bool of_batch : {false, true}) {
          cases.push_back({"batch_norm_gradient", {x, c, c, positive, x}, {x, c}, 64, false, [=](In in, Out out) {
                             B::batch_norm_gradient(*in[0], *in[1], *in[2], *in[3], T(1e-3F), *in[4], of_batch, out[0], out[1]);
                           }});
        }
      }
    }
  }

  static void transport(Cases& cases) {
    for (const std::int64_t clusters : {1, 2, 17}) {
      for (const std::int64_t tokens : {clusters + 1, std::int64_t{33}}) {
        for (const std::int64_t iterations : {1, 3}) {
          const Shape scores{tokens, clusters}, plan{tokens, clusters + 1};
          cases.push_back({"optimal_transport", {{scores, true, -5, 5}, {{1}, false}}, {{plan}}, 32, false, [=](In in, Out out) {
                             B::optimal_transport(*in[0], *in[1], iterations, out[0]);
                           }});
          // The dustbin's gradient is zero in exact arithmetic, whatever is left of it rounding: the test of the recorded op looks at it.
          cases.push_back(
              {"optimal_transport_gradient", {{scores, true, -5, 5}, {{1}, false}, {plan}}, {{scores}}, 256, false, [=](In in, Out out) {
                 Tensor<B> ddustbin(Shape{1});
                 B::optimal_transport_gradient(*in[0], *in[1], iterations, *in[2], out[0], ddustbin);
               }});
        }
      }
    }
  }

  static void layout(Cases& cases) {
    for (const std::int64_t extent : {0, 1, 3, 17}) {
      cases.push_back({"transpose", {{{5, extent}}}, {{{extent, 5}}}, 0, false, [](In in, Out out) { B::transpose(*in[0], 1, out[0]); }});
      cases.push_back(
          {"transpose", {{{2, 5, extent}}}, {{{5, 2, extent}}}, 0, false, [](In in, Out out) { B::transpose(*in[0], 1, out[0]); }});
    }
    for (const std::int64_t size : {1, 2, 3, 14}) {
      for (const std::int64_t channels : {1, 3}) {
        cases.push_back({"patches", {{{channels, 2 * size, 3 * size}}}, {{{6, channels * size * size}}}, 0, false, [=](In in, Out out) {
                           B::patches(*in[0], size, out[0]);
                         }});
        cases.push_back(
            {"patches_gradient", {{{6, channels * size * size}}}, {{{channels, 2 * size, 3 * size}}}, 0, false, [=](In in, Out out) {
               B::patches_gradient(*in[0], size, out[0]);
             }});
      }
    }
    for (const std::int64_t height : {0, 1, 4, 7}) {
      cases.push_back({"resample",
                       {{{4, 6, 5}, false}, {{height, 4}, false}, {{3, 6}, false}},
                       {{{height, 3, 5}, false}},
                       4,
                       false,
                       [](In in, Out out) { B::resample(*in[0], *in[1], *in[2], out[0]); }});
      cases.push_back({"resample_gradient",
                       {{{height, 3, 5}, false}, {{height, 4}, false}, {{3, 6}, false}},
                       {{{4, 6, 5}, false}},
                       4,
                       false,
                       [](In in, Out out) { B::resample_gradient(*in[0], *in[1], *in[2], out[0]); }});
    }
    for (const std::int64_t extent : {0, 1, 3, 5}) {
      cases.push_back({"slice", {{{5, 3}}}, {{{extent, 3}}}, 0, false, [=](In in, Out out) { B::slice(*in[0], 1, 5 - extent, out[0]); }});
      cases.push_back({"slice", {{{3, 5}}}, {{{3, extent}}}, 0, false, [=](In in, Out out) { B::slice(*in[0], 2, 5 - extent, out[0]); }});
      for (const bool per_image : {true, false}) {
        // A class token, one for all images or one each, before the others.
        const Operand first{per_image ? Shape{extent, 3} : Shape{1, extent, 3}, per_image};
        cases.push_back({"insert", {first, {{4, 3}}}, {{{extent + 4, 3}}}, 0, false, [=](In in, Out out) {
                           B::insert(*in[0], 1, 0, out[0]);
                           B::insert(*in[1], 1, extent, out[0]);
                         }});
      }
    }
  }
};

}  // namespace detail

/// Every kernel at every size; the same cases in the same order for every backend.
template <class B>
std::vector<KernelCase<B>> kernel_cases() {
  std::vector<KernelCase<B>> cases;
  using Table = detail::Table<B>;
  for (const auto& part : {Table::elementwise, Table::updates, Table::of_rows, Table::metrics, Table::products, Table::attention,
                           Table::pooling, Table::maps, Table::transport, Table::layout})
    part(cases);
  return cases;
}

}  // namespace vpr::test
