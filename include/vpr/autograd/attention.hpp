// SPDX-License-Identifier: MIT
/// @file
/// Multi-head attention, recorded. The backward pass computes the weights again: no `N×M` matrix is kept.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/attention.hpp>

#include <utility>

namespace vpr {

template <class B>
Var<B> self_attention(const Var<B>& qkv, std::int64_t heads) {
  return Var<B>::record(self_attention(qkv.value(), heads), {qkv}, [qkv, heads](const Tensor<B>& dy) {
    qkv.accumulate([&] {
      Tensor<B> gradient(qkv.shape());
      const std::int64_t channels = dy.shape().last();
      const auto part = [&](std::int64_t i) { return detail::attention_operand(qkv.value(), i * channels); };
      typename B::value* const begin = gradient.data();
      B::attention_gradient(part(0), part(1), part(2), heads, dy, begin, begin + channels, begin + 2 * channels);
      return gradient;
    });
  });
}

template <class B>
Var<B> attention(const Var<B>& query, const Var<B>& key, const Var<B>& value, std::int64_t heads) {
  return Var<B>::record(attention(query.value(), key.value(), value.value(), heads), {query, key, value}, [=](const Tensor<B>& dy) {
    Tensor<B> dq(query.shape()), dk(key.shape()), dv(value.shape());
    const auto operand = [](const Var<B>& x) { return detail::attention_operand(x.value(), 0); };
    B::attention_gradient(operand(query), operand(key), operand(value), heads, dy, dq.data(), dk.data(), dv.data());
    query.accumulate([&] { return std::move(dq); });
    key.accumulate([&] { return std::move(dk); });
    value.accumulate([&] { return std::move(dv); });
  });
}

/// The angles are constants: their gradients are not computed.
/// @throws ConfigError  if cosine or sine wants a gradient.
template <class B>
Var<B> rotary(Var<B> x, const Var<B>& cosine, const Var<B>& sine, std::int64_t channels) {
  VPR_REQUIRE(ConfigError, !cosine.needs_gradient() && !sine.needs_gradient(),
              "rotary: its angles are constants, but one wants a gradient");
  Tensor<B> y = rotary(x.take(), cosine.value(), sine.value(), channels);
  return Var<B>::record(std::move(y), {x}, [x, cosine, sine, channels](Tensor<B> dy) {
    B::rotary(cosine.value(), sine.value(), channels, true, dy);
    x.accumulate([&] { return std::move(dy); });
  });
}

}  // namespace vpr
