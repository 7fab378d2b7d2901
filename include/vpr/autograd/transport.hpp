// SPDX-License-Identifier: MIT
/// @file
/// Recorded optimal transport; see `ops/transport.hpp`.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/transport.hpp>

#include <utility>

namespace vpr {

template <class B>
Var<B> optimal_transport(const Var<B>& scores, const Var<B>& dustbin, std::int64_t iterations, std::int64_t last_mass = 1) {
  return Var<B>::record(optimal_transport(scores.value(), dustbin.value(), iterations, last_mass), {scores, dustbin},
                        [=](const Tensor<B>& dy) {
                          Tensor<B> dscores(scores.shape()), ddustbin(dustbin.shape());
                          B::optimal_transport_gradient(scores.value(), dustbin.value(), iterations, last_mass, dy, dscores, ddustbin);
                          scores.accumulate([&] { return std::move(dscores); });
                          dustbin.accumulate([&] { return std::move(ddustbin); });
                        });
}

}  // namespace vpr
