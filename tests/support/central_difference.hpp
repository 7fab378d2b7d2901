// SPDX-License-Identifier: MIT
/// @file
/// Numerical derivatives, which gradients are compared with.
#pragma once

/// (f(x + step) - f(x - step)) / (2 · step), where `f()` reads x from `x`, which is left as it was.
template <class Function>
double central_difference(double& x, double step, const Function& f) {
  const double at = x;
  x = at + step;
  const double above = f();
  x = at - step;
  const double below = f();
  x = at;
  return (above - below) / (2 * step);
}
