// SPDX-License-Identifier: MIT
/// @file
/// Memory for time in training: a part of a network that is computed twice (Chen et al. 2016).
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/checkpoint.hpp>

#include <utility>

namespace vpr {

/// f(x), of which only x is kept: `backward` computes f again, recorded, and gives the same gradients to the bit. The result need not
/// depend on x.
///
/// @param f  a function of one Var and of parameters, of no other recorded result. It is copied into the recording; what it refers to
///           must stay in place until `backward`. It runs twice: what it changes beside its result, such as running statistics, it
///           should change where `Var::recording()` is true, which it is once.
template <class B, class F>
Var<B> checkpoint(const F& f, const Var<B>& x) {
  Tensor<B> value;
  {
    const NotRecording scope;
    Var<B> result = f(x);
    if (!scope.missed()) return result;
    value = result.take();
  }
  const Var<B> parameters(Shape{0});  // stands for those that f holds: the result needs its gradient for them even if x wants none
  return Var<B>::record(std::move(value), {x, parameters}, [f, x](Tensor<B> dy) {
    const Var<B> start = x.detached(x.needs_gradient());
    f(start).backward(std::move(dy));
    if (!start.gradient().empty()) x.accumulate([&] { return start.gradient(); });
  });
}

}  // namespace vpr
