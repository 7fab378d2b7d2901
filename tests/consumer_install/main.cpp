// SPDX-License-Identifier: MIT
#include <vpr/aggregator.hpp>
#include <vpr/version.hpp>

#include <cmath>
#include <string_view>

#ifdef PACKAGE_VERSION
static_assert(std::string_view(PACKAGE_VERSION) == VPR_VERSION);
#endif

/// Pools two patches of two channels by GeM: (cube root of (1 + 27) / 2, the same of (8 + 0) / 2), at unit length.
int main() {
  using X = vpr::Tensor<vpr::Cpu<>>;
  const X descriptor = vpr::GeM<>()(vpr::Features<X>{.cls = {}, .patches = X::from({1, 2, 2}, {1, 2, 3, 0}), .grid = {1, 2}});
  return std::abs(descriptor.data()[0] / descriptor.data()[1] - std::cbrt(14.0F / 4.0F)) < 1e-5F ? 0 : 1;
}
