// SPDX-License-Identifier: MIT
/// @file
/// Every kernel, written once and plainly: one function object an output element or row, run by an executor.
#pragma once

#include <vpr/backend/scalar_attention.hpp>
#include <vpr/backend/scalar_elementwise.hpp>
#include <vpr/backend/scalar_layout.hpp>
#include <vpr/backend/scalar_maps.hpp>
#include <vpr/backend/scalar_metrics.hpp>
#include <vpr/backend/scalar_normalization.hpp>
#include <vpr/backend/scalar_pooling.hpp>
#include <vpr/backend/scalar_product.hpp>
#include <vpr/backend/scalar_transport.hpp>

namespace vpr {

/// The kernels that `Backend` asks for, over any memory that `Executor` can reach.
///
/// `Executor::for_each(count, body)` calls `body(i)` for each i in [0, count), in any order. Each output element is
/// summed by one call in ascending order, so the result does not depend on the executor. These are the reference that
/// faster kernels are tested against, and all that a new backend needs to run: it hides those it can do better.
///
/// Kernels write `out`, which the op has allocated in the right shape; `out` may be `x` where a kernel is elementwise.
/// Shapes were checked by the op.
template <class Executor>
struct ScalarKernels : ScalarAttention<Executor>,
                       ScalarElementwise<Executor>,
                       ScalarLayout<Executor>,
                       ScalarMaps<Executor>,
                       ScalarMetrics<Executor>,
                       ScalarNormalization<Executor>,
                       ScalarPooling<Executor>,
                       ScalarProduct<Executor>,
                       ScalarTransport<Executor> {};

/// The kernels of the gradients that `DifferentiableBackend` asks for and `ScalarKernels` has not. `dy` is the gradient of the op's result.
template <class Executor>
struct ScalarGradients : ActivationGradients<Executor>,
                         AttentionGradients<Executor>,
                         LayoutGradients<Executor>,
                         NormalizationGradients<Executor>,
                         PoolingGradients<Executor>,
                         ProductGradients<Executor> {};

}  // namespace vpr
