// SPDX-License-Identifier: MIT
/// @file
/// The kernels that gradients need beyond those of inference, written once and plainly.
#pragma once

#include <vpr/backend/gradients/activations.hpp>
#include <vpr/backend/gradients/attention.hpp>
#include <vpr/backend/gradients/layout.hpp>
#include <vpr/backend/gradients/normalizations.hpp>
#include <vpr/backend/gradients/pooling.hpp>
#include <vpr/backend/gradients/products.hpp>

namespace vpr {

/// Kernels of the gradients, in the manner of `ScalarKernels`. `dy` is the gradient of the op's result.
template <class Executor>
struct ScalarGradients : ActivationGradients<Executor>,
                         AttentionGradients<Executor>,
                         LayoutGradients<Executor>,
                         NormalizationGradients<Executor>,
                         PoolingGradients<Executor>,
                         ProductGradients<Executor> {};

}  // namespace vpr
