// SPDX-License-Identifier: MIT
/// @file
/// Rows chosen by index, recorded.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/ops/gather.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

namespace vpr {

template <class B>
Var<B> gather(const Var<B>& x, std::span<const std::int64_t> indices) {
  const std::vector<std::int64_t> chosen(indices.begin(), indices.end());
  return Var<B>::record(gather(x.value(), indices), {x}, [x = x.with_value_if(false), chosen](const Tensor<B>& dy) {
    x.accumulate([&] {
      // For each row of x, where it went: a row is summed by one thread, in order.
      std::vector<std::int64_t> order(chosen.size()), ends(static_cast<std::size_t>(x.shape()[0]));
      std::iota(order.begin(), order.end(), std::int64_t{0});
      std::stable_sort(order.begin(), order.end(),
                       [&](std::int64_t a, std::int64_t b) { return chosen[std::size_t(a)] < chosen[std::size_t(b)]; });
      for (const std::int64_t index : chosen) ++ends[static_cast<std::size_t>(index)];
      std::partial_sum(ends.begin(), ends.end(), ends.begin());
      Tensor<B> dx(x.shape());
      B::sum_gathered(dy, detail::whole_numbers<B>(order), detail::whole_numbers<B>(ends), dx);
      return dx;
    });
  });
}

}  // namespace vpr
