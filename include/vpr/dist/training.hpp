// SPDX-License-Identifier: MIT
/// @file
/// Training one model in several processes, each on a part of every batch.
///
/// A step is that of one process with the whole batch, but for the order in which gradients are summed: each process describes its part, all compute
/// the loss of all descriptors (`gathered`), and the gradients of the model's parameters are summed before the optimiser moves them
/// (`sum_gradients`):
///
/// ```cpp
/// const auto loss_of = [&](std::int64_t batch) { return loss(vpr::gathered(model(photos_of(batch)), communicator), places_of(batch)); };
/// settings.before_step = [&communicator, parameters = optimizer.parameters()] { vpr::sum_gradients(parameters, communicator); };
/// ```
///
/// What a component computes over its batch, such as batch statistics in training and CricaVPR's encoder, it computes over the part.
#pragma once

#include <vpr/autograd/var.hpp>
#include <vpr/dist/communicator.hpp>
#include <vpr/ops/layout.hpp>
#include <vpr/train/parameters.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace vpr {

/// The rows of all processes' x, N_r×…, one process's behind the other's by rank: (ΣN_r)×… in every process. Its gradient takes this process's rows
/// of dy: where all processes compute the same loss from what it gives, the sum of their parameters' gradients is the gradient of that loss.
/// @throws ShapeError  where a process gives rows of another shape
template <class B, Communicator C>
Var<B> gathered(const Var<B>& x, const C& communicator) {
  using T = typename B::value;
  const Shape shape = x.shape();
  std::vector<T> all;
  std::vector<std::int64_t> rows;
  together(communicator, [&] { VPR_REQUIRE(ShapeError, shape.rank() >= 1, "gathered: got a tensor ", shape, ", want rows"); });
  const std::vector<T> own = x.value().values();
  const std::int64_t row = shape.rank() == 1 ? 1 : shape.with(0, 1).elements();
  const std::int64_t sizes[2] = {shape[0], row};
  for (const std::vector<std::int64_t>& of : gather_each(communicator, std::span<const std::int64_t>(sizes))) {
    VPR_REQUIRE(ShapeError, of[1] == row, "gathered: a process has rows of ", of[1], " numbers, this one of ", row);
    rows.push_back(of[0]);
  }
  all = gather_all(communicator, std::span<const T>(own));
  std::int64_t begin = 0, total = 0;
  for (std::size_t rank = 0; rank < rows.size(); ++rank) {
    if (std::cmp_equal(rank, communicator.rank())) begin = total;
    total += rows[rank];
  }
  Tensor<B> y = Tensor<B>::from(shape.with(0, total), std::span<const T>(all));
  return Var<B>::record(std::move(y), {x}, [x = x.with_value_if(false), begin](const Tensor<B>& dy) {
    x.accumulate([&] { return slice(dy, 0, begin, begin + x.shape()[0]); });
  });
}

/// Puts the sum over the processes in place of each parameter's gradient. One that has a gradient in some processes only counts as zero in the
/// others.
/// @param parameters  those of an optimiser: the same ones in every process
template <class B, Communicator C>
void sum_gradients(const std::vector<NamedParameter<B>>& parameters, const C& communicator) {
  using T = typename B::value;
  for (const NamedParameter<B>& named : parameters) {
    Var<B> parameter = named.parameter;
    T has = parameter.gradient().empty() ? 0 : 1;
    communicator.sum(std::span<T>(&has, 1));
    if (has == 0) continue;
    std::vector<T> values = parameter.gradient().empty() ? std::vector<T>(static_cast<std::size_t>(parameter.shape().elements()))
                                                         : parameter.gradient().values();
    communicator.sum(std::span<T>(values));
    parameter.update([&](Tensor<B>&, Tensor<B>& gradient) { gradient = Tensor<B>::from(parameter.shape(), std::span<const T>(values)); });
  }
}

}  // namespace vpr
